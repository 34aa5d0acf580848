/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.c - an index of insns.def's spellings.
 *
 * The index is built when the program starts (some microseconds). A filter over first letter and
 * length turns nearly every other word away before anything is hashed.
 *
 * Invariant: all[] holds each spelling once; slots[] holds 1 + its place there.
 */
#include "words.h"

#include "diag.h"

#include <string.h>

#define SLOTS 512
#define WORDS 320

static struct word all[WORDS];
static unsigned int word_count;
static unsigned short slots[SLOTS];
static unsigned int lengths[26]; /* by first letter: bit n set if a spelling has n letters */

/* i386-opc.tbl's prefixes that gas takes as words; they are not instructions. */
static const char *const prefixes[] = {
	"rep",	  "repe",     "repz",	  "repne", "repnz", "lock",  "data16", "data32", "addr16",
	"addr32", "xacquire", "xrelease", "bnd",   "cs",    "ds",    "es",     "fs",	 "gs",
	"ss",	  "notrack",  "ht",	  "hnt",   "word",  "dword", "aword",  "adword",
};
#define PREFIXES (sizeof(prefixes) / sizeof(prefixes[0]))
static unsigned int prefix_lengths[26]; /* as lengths[] */

static unsigned int hash(const char *lower, size_t length)
{
	unsigned int h = 2166136261u;

	for (size_t i = 0; i < length; i++)
		h = (h ^ (unsigned char)lower[i]) * 16777619u;
	return (h ^ (h >> 15)) % SLOTS;
}

/* The slot that holds the word, or the empty one where it belongs. */
static unsigned short *slot_of(const char *lower, size_t length)
{
	unsigned int at = hash(lower, length);

	while (slots[at]) {
		const struct word *w = &all[slots[at] - 1];

		if (w->length == length && memcmp(w->text, lower, length) == 0)
			break;
		at = (at + 1) % SLOTS;
	}
	return &slots[at];
}

static void add(const char *text, size_t length, unsigned int id)
{
	unsigned short *slot = slot_of(text, length);
	struct word *w;

	if (!*slot) {
		if (word_count == WORDS || length >= sizeof(all[0].text))
			die("internal: insns.def does not fit the index of words.c");
		w = &all[word_count++];
		memcpy(w->text, text, length);
		w->length = (unsigned char)length;
		lengths[text[0] - 'a'] |= 1u << length;
		*slot = (unsigned short)word_count;
	}
	w = &all[*slot - 1];
	if (w->count == WORD_MAX_IDS)
		die("internal: too many instructions are spelled %s", w->text);
	w->ids[w->count++] = (unsigned char)id;
}

void words_init(void)
{
	for (size_t i = 0; i < PREFIXES; i++)
		prefix_lengths[prefixes[i][0] - 'a'] |= 1u << strlen(prefixes[i]);
	for (unsigned int id = 0; id < AFTERBURN_INSN_COUNT; id++) {
		const char *p = afterburn_insns[id].spellings;

		while (*p) {
			size_t length = strcspn(p, " ");

			add(p, length, id);
			p += length;
			p += strspn(p, " ");
		}
	}
}

const struct word *words_find(struct span text)
{
	size_t length = span_length(text);
	unsigned int first = (unsigned char)(to_lower(text.begin[0]) - 'a');
	char lower[sizeof(all[0].text)];
	unsigned short slot;

	if (length == 0 || length >= sizeof(lower) || first >= 26 ||
	    !(lengths[first] >> length & 1))
		return NULL;
	for (size_t i = 0; i < length; i++)
		lower[i] = to_lower(text.begin[i]);
	slot = *slot_of(lower, length);
	return slot ? &all[slot - 1] : NULL;
}

/* rex, rex64, rex64xyz, rex.wrxb: each letter at most once, in this order. */
static bool is_rex(struct span text)
{
	const char *letters = "xyz", *p = text.begin + 3;

	if (span_length(text) < 3 || !span_is((struct span){text.begin, p}, "rex"))
		return false;
	if (p < text.end && *p == '.') {
		letters = "wrxb";
		if (++p == text.end)
			return false;
	} else if (text.end - p >= 2 && p[0] == '6' && p[1] == '4') {
		p += 2;
	}
	for (; p < text.end; p++) {
		const char *letter = strchr(letters, to_lower(*p));

		if (!letter || !*letter)
			return false;
		letters = letter + 1;
	}
	return true;
}

bool words_is_prefix(struct span text)
{
	size_t length = span_length(text);
	unsigned int letter;

	if (length < 2 || length > 8)
		return false;
	letter = (unsigned char)(to_lower(*text.begin) - 'a');
	if (letter == 'r' - 'a' && is_rex(text))
		return true;
	if (letter >= 26 || !(prefix_lengths[letter] >> length & 1))
		return false;
	for (size_t i = 0; i < PREFIXES; i++)
		if (span_is(text, prefixes[i]))
			return true;
	return false;
}
