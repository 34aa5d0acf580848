/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * values.c - what macro arguments may stand for.
 *
 * Invariant: words too long for a mnemonic or a register are left out, so the list stays short.
 */
#include "values.h"

#include "diag.h"
#include "splitter.h"

#include <stdlib.h>

#define VALUE_MAX 11

static void add(struct values *v, struct span word)
{
	if (word.begin == word.end || span_length(word) > VALUE_MAX || span_has_argument(word))
		return;
	for (size_t i = 0; i < v->count; i++)
		if (span_equal(v->list[i], word))
			return;
	if (v->count == v->capacity) {
		v->capacity = v->capacity ? 2 * v->capacity : 64;
		v->list = realloc(v->list, v->capacity * sizeof(*v->list));
		if (!v->list)
			die("out of memory");
	}
	v->list[v->count++] = word;
}

static void add_arguments(struct values *v, struct span arguments)
{
	struct span argument;

	while (macro_take_argument(&arguments, &argument)) {
		argument = span_trim(argument_value(argument));
		for (const char *p = argument.begin; p < argument.end; p++)
			if (is_blank(*p) || *p == ';')
				argument.end = argument.begin;
		add(v, argument);
	}
}

/* .irpc takes the characters of its last word one by one. */
static void add_characters(struct values *v, struct span operands)
{
	struct span argument, last = {operands.end, operands.end};

	while (macro_take_argument(&operands, &argument))
		last = argument_value(argument);
	for (const char *p = last.begin; p < last.end; p++)
		add(v, (struct span){p, p + 1});
}

void values_collect(struct values *v, struct macros *names, struct span text)
{
	struct splitter splitter;
	enum item item;

	splitter_start(&splitter, text.begin, span_length(text));
	while ((item = splitter_next(&splitter)) != ITEM_END) {
		const struct statement *st = &splitter.statement;

		if (item != ITEM_STATEMENT)
			continue;
		if (span_is(st->word, ".macro")) {
			macros_define(names, st->operands);
			add_arguments(v, st->operands);
		} else if (span_is(st->word, ".irp") || macros_find(names, st->word)) {
			add_arguments(v, st->operands);
		} else if (span_is(st->word, ".irpc")) {
			add_characters(v, st->operands);
		}
	}
}
