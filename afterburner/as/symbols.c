/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols.c - what the text has told about symbols so far.
 *
 * Invariant: an entry, once made, is changed in place; its name is a copy in s->memory.
 */
#include "symbols.h"

#include <string.h>

struct symbol {
	enum truth defined;
	bool has_value;
	int64_t value;
};

static void enter(struct symbols *s, struct span name, struct symbol symbol)
{
	struct symbol *known = table_find(&s->table, NULL, name);

	if (!known) {
		known = arena_take(&s->memory, sizeof(*known));
		name = arena_copy(&s->memory, name.begin, span_length(name));
		table_set(&s->table, NULL, name, known);
	}
	*known = symbol;
}

void symbols_define(struct symbols *s, struct span name, enum truth defined)
{
	enter(s, name, (struct symbol){.defined = defined});
}

void symbols_assign(struct symbols *s, struct span name, struct span expression, enum truth defined)
{
	int64_t value;

	/* The name of a register does not count as a definition. */
	if (memchr(expression.begin, '%', span_length(expression)))
		defined = MAYBE;
	if (defined == YES && expression_evaluate(s, expression, &value) == EXPRESSION_KNOWN)
		enter(s, name, (struct symbol){YES, true, value});
	else
		symbols_define(s, name, defined);
}

enum truth symbols_defined(const struct symbols *s, struct span name)
{
	const struct symbol *known = table_find(&s->table, NULL, name);

	return known ? known->defined : NO;
}

enum expression symbols_value(const struct symbols *s, struct span name, int64_t *value)
{
	const struct symbol *known = table_find(&s->table, NULL, name);

	*value = 0;
	if (known && known->defined == MAYBE)
		return EXPRESSION_UNKNOWN;
	if (!known || !known->has_value)
		return EXPRESSION_RELATIVE;
	*value = known->value;
	return EXPRESSION_KNOWN;
}

void symbols_free(struct symbols *s)
{
	table_free(&s->table);
	arena_free(&s->memory);
}
