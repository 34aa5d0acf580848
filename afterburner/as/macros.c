/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * macros.c - the macros that the text defines.
 *
 * Invariant: spans point into the input, which outlives this list.
 */
#include "macros.h"

#include "diag.h"

#include <stdlib.h>
#include <strings.h>

static bool is_separator(char c)
{
	return is_blank(c) || c == ',';
}

static struct span first_word(struct span s)
{
	struct span word;

	while (s.begin < s.end && is_separator(*s.begin))
		s.begin++;
	word = (struct span){s.begin, s.begin};
	while (word.end < s.end && !is_separator(*word.end) && *word.end != '(' &&
	       *word.end != '=' && *word.end != ':')
		word.end++;
	return word;
}

void macros_define(struct macros *m, struct span operands)
{
	struct span name = first_word(operands);

	if (m->count == m->capacity) {
		m->capacity = m->capacity ? 2 * m->capacity : 32;
		m->list = realloc(m->list, m->capacity * sizeof(*m->list));
		if (!m->list)
			die("out of memory");
	}
	m->list[m->count++] = (struct macro){name, {name.end, operands.end}};
}

static bool same_name(struct span a, struct span b)
{
	return span_length(a) == span_length(b) &&
	       strncasecmp(a.begin, b.begin, span_length(a)) == 0;
}

void macros_purge(struct macros *m, struct span operands)
{
	struct span name = first_word(operands);

	for (size_t i = 0; i < m->count; i++)
		if (same_name(m->list[i].name, name))
			m->list[i].name = (struct span){name.begin, name.begin};
}

const struct macro *macros_find(const struct macros *m, struct span name)
{
	for (size_t i = m->count; i-- > 0;)
		if (same_name(m->list[i].name, name))
			return &m->list[i];
	return NULL;
}

bool macro_has_parameter(const struct macro *macro, const char *name)
{
	struct span rest = macro->parameters;

	while (rest.begin < rest.end) {
		struct span word = first_word(rest);

		if (span_is(word, name))
			return true;
		rest.begin = word.end < rest.end ? word.end + 1 : rest.end;
	}
	return false;
}
