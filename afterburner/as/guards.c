/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guards.c - statements whose mnemonic or register is a macro argument.
 *
 * Every word that the file passes to a macro is tried in the place of the argument, and the result
 * judged like a statement that is written so.
 *
 * Invariant: only one argument of a statement is tried at a time; a mnemonic made of two, or a
 * register made of two, is left alone (the audit finds it).
 */
#include "guards.h"

#include <string.h>

/* The argument reference in the text: from its backslash to behind its name and a \(). */
static bool find_reference(struct span text, struct span *reference)
{
	const char *p = memchr(text.begin, '\\', span_length(text));

	if (!p)
		return false;
	reference->begin = p++;
	while (p < text.end && is_name_char(*p))
		p++;
	if (text.end - p >= 3 && memcmp(p, "\\()", 3) == 0)
		p += 3;
	reference->end = p;
	return reference->end - reference->begin > 1 && !memchr(p, '\\', (size_t)(text.end - p));
}

/* Write `text` with `value` in the place of the reference. Returns its length, 0 if too long. */
static size_t substitute(struct span text, struct span reference, struct span value, char *out,
			 size_t room)
{
	size_t head = (size_t)(reference.begin - text.begin), middle = span_length(value),
	       tail = (size_t)(text.end - reference.end);

	if (head + middle + tail >= room)
		return 0;
	memcpy(out, text.begin, head);
	memcpy(out + head, value.begin, middle);
	memcpy(out + head + middle, reference.end, tail);
	out[head + middle + tail] = '\0';
	return head + middle + tail;
}

struct search {
	const struct statement *st;
	const struct code *code;
	struct guard *guards;
	unsigned int count;
	bool full;
};

static bool listed(const struct search *s, struct span tested, const char *value)
{
	for (unsigned int i = 0; i < s->count; i++)
		if (s->guards[i].tested.begin == tested.begin &&
		    strcmp(s->guards[i].value, value) == 0)
			return true;
	return false;
}

static void add(struct search *s, struct span tested, const char *value, int id)
{
	if (id == NO_SITE || strpbrk(value, "\"\\") || listed(s, tested, value))
		return;
	if (s->count == GUARDS_MAX) {
		s->full = true;
		return;
	}
	s->guards[s->count].tested = tested;
	strcpy(s->guards[s->count].value, value);
	s->guards[s->count++].id = (unsigned int)id;
}

static void try_word(struct search *s, struct span value)
{
	struct span word = s->st->word, reference;
	char text[sizeof(s->guards[0].value)];
	size_t length;

	if (!find_reference(word, &reference))
		return;
	length = substitute(word, reference, value, text, sizeof(text));
	if (length)
		add(s, word, text,
		    classify((struct span){text, text + length}, s->st->operands, s->code));
}

/* Put the value into the first or second operand, whichever is an argument. */
static void try_operand(struct search *s, const struct operands *operands, unsigned int n,
			struct span value)
{
	struct span operand = operands->at[n], reference, other = operands->at[!n];
	char text[sizeof(s->guards[0].value)], line[128];
	size_t length, at;

	if (!find_reference(operand, &reference))
		return;
	length = substitute(operand, reference, value, text, sizeof(text));
	if (!length || (operands->count > 1 && span_length(other) + length + 2 > sizeof(line)))
		return;
	/* Put the operands together again. */
	at = 0;
	if (operands->count > 1 && n == 1) {
		memcpy(line, other.begin, span_length(other));
		at = span_length(other);
		line[at++] = ',';
	}
	memcpy(line + at, text, length);
	at += length;
	if (operands->count > 1 && n == 0) {
		line[at++] = ',';
		memcpy(line + at, other.begin, span_length(other));
		at += span_length(other);
	}
	add(s, operand, text, classify(s->st->word, (struct span){line, line + at}, s->code));
}

bool guards_find(const struct statement *st, const struct values *values, const struct code *code,
		 struct guard *guards, unsigned int *count)
{
	struct search search = {st, code, guards, 0, false};
	struct operands operands;

	operands_split(st->operands, &operands);
	for (size_t i = 0; i < values->count; i++) {
		if (span_has_argument(st->word))
			try_word(&search, values->list[i]);
		else if (operands.count == 1 || operands.count == 2)
			for (unsigned int n = 0; n < operands.count; n++)
				try_operand(&search, &operands, n, values->list[i]);
	}
	*count = search.count;
	return !search.full;
}
