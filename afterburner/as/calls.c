/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - macro definitions and calls in the pass.
 *
 * A body is annotated where it is defined. Two things can only be done at the call: code that is
 * handed over as a quoted argument ("pushf; pop %rax") is annotated inside its quotes, and section
 * changes that a call leaves behind are followed.
 *
 * Invariant: what a body changes ends with the body; only calls carry it out.
 */
#include "pass.h"

#include <string.h>

void annotate_begin_macro(struct annotator *a)
{
	const struct statement *st = &a->splitter.statement;

	macros_define(&a->macros, st->operands);
	if (a->macro_depth++ > 0)
		return;
	a->outer_macro = a->macros.count - 1;
	a->macro_body = st->end;
	a->before_macro = a->now;
	/* Where it will be used is not known here; what looks like an instruction is code. */
	a->now.sections.current.code = true;
}

/* A parameter that stands alone as one statement and nowhere else: code, if it is quoted. */
static struct span find_code_parameter(struct span body, const struct context *context)
{
	struct splitter splitter;
	struct sections sections = context->sections;
	enum item item;

	splitter_start(&splitter, body.begin, span_length(body));
	while ((item = splitter_next(&splitter)) != ITEM_END) {
		const struct statement *st = &splitter.statement;
		struct span name = {st->word.begin + 1, st->word.end};

		if (item != ITEM_STATEMENT || st->word.begin == st->word.end)
			continue;
		if (*st->word.begin == '.')
			sections_directive(&sections, st->word, st->operands);
		if (*st->word.begin == '\\' && st->word.end == st->end && sections.current.code &&
		    !span_has_argument(name) && macro_count_uses(body, name) == 1)
			return name;
	}
	return (struct span){body.end, body.end};
}

static bool same_place(const struct context *a, const struct context *b)
{
	return a->sections.depth == b->sections.depth &&
	       span_equal(a->sections.current.name, b->sections.current.name) &&
	       a->code.mode == b->code.mode;
}

void annotate_end_macro(struct annotator *a)
{
	struct macro *macro;
	bool off = a->now.off;

	if (a->macro_depth == 0 || --a->macro_depth > 0)
		return;
	macro = &a->macros.list[a->outer_macro];
	macro->body = (struct span){a->macro_body, a->splitter.statement.begin};
	macro->changes_section = !same_place(&a->now, &a->before_macro);
	a->now = a->before_macro;
	a->now.off = off;
	a->now.sections.current.code = true;
	macro->code = find_code_parameter(macro->body, &a->now);
	a->now.sections = a->before_macro.sections;
	a->active_macros += macro->changes_section || macro->code.begin != macro->code.end;
}

/* Annotate the code inside a quoted argument. */
static void annotate_argument(struct annotator *a, struct span argument)
{
	struct splitter saved = a->splitter;
	struct span code = argument_value(argument);

	/* A single word is provided for in the body. */
	if (!memchr(code.begin, ' ', span_length(code)) &&
	    !memchr(code.begin, ';', span_length(code)))
		return;
	/* The closing quote stands where the splitter needs to see the text stop. */
	splitter_start(&a->splitter, code.begin, span_length(code));
	a->pending = NULL;
	a->quoted = true;
	annotate_statements(a);
	a->quoted = false;
	a->splitter = saved;
	a->pending = NULL;
	a->after_shadow = false;
}

/* Follow the section and mode directives of the body. */
static void replay(struct annotator *a, struct span body)
{
	struct splitter splitter;
	enum item item;

	splitter_start(&splitter, body.begin, span_length(body));
	while ((item = splitter_next(&splitter)) != ITEM_END)
		if (item == ITEM_STATEMENT && splitter.statement.word.begin < splitter.end &&
		    *splitter.statement.word.begin == '.')
			annotate_mode_directive(a, &splitter.statement);
}

void annotate_call(struct annotator *a, const struct macro *macro)
{
	const struct statement *st = &a->splitter.statement;
	struct span argument, code = macro->code, body = macro->body;
	bool changes_section = macro->changes_section;

	a->after_shadow = false;
	if (code.begin != code.end && annotate_here(a)) {
		argument = macro_argument_for(macro, st->operands, code);
		if (argument.begin < argument.end && argument.end[-1] == '"')
			annotate_argument(a, argument);
	}
	if (changes_section)
		replay(a, body);
}
