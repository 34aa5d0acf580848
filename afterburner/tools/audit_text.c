/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit_text.c - the second opinion: does a disassembler's AT&T text spell an instruction of
 * insns.def? Uses the spelling and operand columns only, never the opcode columns.
 *
 * Invariant: this file names no mnemonic but prefixes, which the table does not list.
 */
#include "audit.h"

#include <ctype.h>
#include <string.h>

#define MAX_OPERANDS 4

struct statement {
	char mnemonic[32];
	const char *operands[MAX_OPERANDS];
	size_t sizes[MAX_OPERANDS];
	int count;
};

static bool is_word(const char *text, size_t size, const char *words)
{
	for (const char *word = words; *word;) {
		size_t length = strcspn(word, " ");

		if (length == size && memcmp(word, text, size) == 0)
			return true;
		word += length + (word[length] == ' ');
	}
	return false;
}

static bool is_prefix(const char *text, size_t size)
{
	return is_word(text, size,
		       "rep repz repnz lock data16 data32 addr16 addr32 cs ds es fs gs ss bnd "
		       "notrack xacquire xrelease") ||
	       (size >= 3 && memcmp(text, "rex", 3) == 0);
}

static void split_operands(const char *text, struct statement *s)
{
	int depth = 0;
	const char *start = text;

	for (const char *at = text;; at++) {
		depth += (*at == '(') - (*at == ')');
		if (*at != '\0' && (*at != ',' || depth != 0))
			continue;
		if (s->count < MAX_OPERANDS && at > start) {
			s->operands[s->count] = start;
			s->sizes[s->count++] = (size_t)(at - start);
		}
		if (*at == '\0')
			return;
		start = at + 1;
	}
}

static bool split(const char *text, struct statement *s)
{
	size_t size;

	*s = (struct statement){0};
	for (;; text += size + 1) {
		size = strcspn(text, " ");
		if (!is_prefix(text, strcspn(text, " ,")))
			break;
		if (text[size] == '\0')
			return false;
	}
	/* A branch hint is written behind the mnemonic: "je,pt". */
	size = strcspn(text, " ,");
	if (size == 0 || size >= sizeof(s->mnemonic))
		return false;
	memcpy(s->mnemonic, text, size);
	text += strcspn(text, " ");
	if (*text == ' ')
		split_operands(text + 1, s);
	return true;
}

static bool begins(const struct statement *s, int index, const char *with)
{
	return index >= 0 && index < s->count && s->sizes[index] >= strlen(with) &&
	       memcmp(s->operands[index], with, strlen(with)) == 0;
}

/* 0 to 5 in the hardware's order, or -1. */
static int segment_register(const struct statement *s, int index)
{
	static const char names[] = "ecsdfg";

	if (!begins(s, index, "%") || s->sizes[index] != 3 || s->operands[index][2] != 's')
		return -1;
	for (int i = 0; names[i]; i++)
		if (s->operands[index][1] == names[i])
			return i;
	return -1;
}

static bool is_control(const struct statement *s, int index)
{
	return begins(s, index, "%cr");
}

static bool is_debug(const struct statement *s, int index)
{
	return begins(s, index, "%db") || begins(s, index, "%dr");
}

static bool operands_fit(const struct statement *s, unsigned int wanted)
{
	int last = s->count - 1;

	switch (wanted) {
	case AFTERBURN_OPERANDS_CR_SRC:
		return is_control(s, 0);
	case AFTERBURN_OPERANDS_CR_DST:
		return is_control(s, last);
	case AFTERBURN_OPERANDS_DR_SRC:
		return is_debug(s, 0);
	case AFTERBURN_OPERANDS_DR_DST:
		return is_debug(s, last);
	case AFTERBURN_OPERANDS_SREG_SRC:
		return s->count == 2 && segment_register(s, 0) >= 0;
	case AFTERBURN_OPERANDS_SREG_DST:
	case AFTERBURN_OPERANDS_SS_DST:
		return s->count == 2 && segment_register(s, 1) >= 0;
	default:
		break;
	}
	if (wanted >= AFTERBURN_OPERANDS_SREG_ES && wanted <= AFTERBURN_OPERANDS_SREG_GS)
		return s->count == 1 &&
		       segment_register(s, 0) == (int)(wanted - AFTERBURN_OPERANDS_SREG_ES);
	return true;
}

/* The set of mnemonics in the table: most instructions are not in it, and need no closer look. */
#define BUCKETS 4096u

static unsigned int bucket(const char *word, size_t size)
{
	unsigned int hash = 2166136261u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)word[i]) * 16777619u;
	return (hash ^ hash >> 16) % BUCKETS;
}

static bool may_be_spelled(const char *mnemonic)
{
	static bool known[BUCKETS], ready;

	for (int i = 0; !ready && i < AFTERBURN_INSN_COUNT; i++)
		for (const char *word = afterburn_insns[i].spellings; *word;) {
			size_t length = strcspn(word, " ");

			known[bucket(word, length)] = true;
			word += length + (word[length] == ' ');
		}
	ready = true;
	return known[bucket(mnemonic, strlen(mnemonic))];
}

bool audit_text_is_sensitive(const char *text, enum afterburn_code_mode mode)
{
	int mode_bit = mode == AFTERBURN_CODE_64 ? AFTERBURN_MODES_64 : AFTERBURN_MODES_16_32;
	struct statement s;

	if (!split(text, &s) || !may_be_spelled(s.mnemonic))
		return false;
	for (int i = 0; i < AFTERBURN_INSN_COUNT; i++)
		if (afterburn_insns[i].modes & mode_bit &&
		    is_word(s.mnemonic, strlen(s.mnemonic), afterburn_insns[i].spellings) &&
		    operands_fit(&s, afterburn_insns[i].operands))
			return true;
	return false;
}
