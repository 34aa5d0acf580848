/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conditions.c - .if and its kin (manual: If, Else, Elseif, Endif).
 *
 * Invariant: in text that is skipped no expression is looked at, as in gas.
 */
#include "conditions.h"

#include "diag.h"
#include "symbols.h"

#include <stdlib.h>
#include <string.h>

/* One .if that is open. */
struct condition {
	enum truth outside;	/* is the .if itself assembled? */
	enum truth passed;	/* was one of the arms so far taken? */
	struct context *before; /* the state at the .if; NULL as long as all was decided */
	struct context *behind; /* the state behind the arms so far; NULL: none */
};

static struct context *copy(const struct context *now)
{
	struct context *c = malloc(sizeof(*c));

	if (!c)
		die("out of memory");
	*c = *now;
	return c;
}

/* Make `t` the state of the newest condition's present arm. */
static void begin_arm(struct annotator *a, struct condition *c, enum truth t)
{
	if (c->outside == NO)
		t = NO;
	if (t == MAYBE && !c->before)
		c->before = copy(&a->now);
	a->live = t == YES ? c->outside : t;
}

static void end_arm(struct annotator *a, struct condition *c)
{
	if (!c->before || a->live == NO)
		return;
	if (c->behind)
		context_merge(c->behind, &a->now);
	else
		c->behind = copy(&a->now);
	a->now = *c->before;
}

static void open_condition(struct annotator *a, enum truth t)
{
	struct conditions *all = &a->conditions;
	struct condition *c;

	if (all->count == all->capacity) {
		all->capacity = all->capacity ? 2 * all->capacity : 16;
		all->list = realloc(all->list, all->capacity * sizeof(*all->list));
		if (!all->list)
			die("out of memory");
	}
	c = &all->list[all->count++];
	*c = (struct condition){.outside = a->live, .passed = t};
	begin_arm(a, c, t);
}

static void else_arm(struct annotator *a, struct condition *c, enum truth t)
{
	enum truth passed = c->passed;

	end_arm(a, c);
	if (passed == NO)
		c->passed = t;
	else if (passed == MAYBE && t == YES)
		c->passed = YES;
	if (passed == YES)
		t = NO;
	else if (passed == MAYBE && t == YES)
		t = MAYBE;
	begin_arm(a, c, t);
}

static void close_condition(struct annotator *a)
{
	struct condition *c = &a->conditions.list[--a->conditions.count];

	if (c->before) {
		end_arm(a, c);
		if (c->behind)
			a->now = *c->behind;
		if (c->passed != YES)
			context_merge(&a->now, c->before);
	}
	a->live = c->outside;
	free(c->before);
	free(c->behind);
}

void conditions_close(struct annotator *a, size_t count)
{
	while (a->conditions.count > count)
		close_condition(a);
}

static enum truth truth_of(bool value)
{
	return value ? YES : NO;
}

static enum truth not(enum truth t) { return t == MAYBE ? MAYBE : truth_of(t == NO); }

/* .if, .ifeq and so on: how the expression compares with 0. `kind` is what follows .if. */
static enum truth compare(const struct annotator *a, struct span kind, struct span operands)
{
	int64_t value;

	if (expression_evaluate(&a->symbols, operands, &value) != EXPRESSION_KNOWN)
		return MAYBE;
	if (span_is(kind, "eq"))
		return truth_of(value == 0);
	if (span_is(kind, "ge"))
		return truth_of(value >= 0);
	if (span_is(kind, "gt"))
		return truth_of(value > 0);
	if (span_is(kind, "le"))
		return truth_of(value <= 0);
	if (span_is(kind, "lt"))
		return truth_of(value < 0);
	return truth_of(value != 0);
}

static enum truth defined(const struct annotator *a, struct span name)
{
	if (span_length(name) >= 2 && *name.begin == '"')
		name = (struct span){name.begin + 1, name.end - 1};
	return symbols_defined(&a->symbols, name);
}

/* .ifc: the texts on both sides of the first comma; a ' may quote each. */
static enum truth same_text(struct span operands)
{
	const char *comma = memchr(operands.begin, ',', span_length(operands));

	if (!comma || memchr(operands.begin, '\'', span_length(operands)))
		return MAYBE;
	return truth_of(span_equal(span_trim((struct span){operands.begin, comma}),
				   span_trim((struct span){comma + 1, operands.end})));
}

/* .ifeqs: two strings. */
static enum truth same_strings(struct span operands)
{
	const char *first, *second;

	if (operands.begin == operands.end || *operands.begin != '"')
		return MAYBE;
	first = skip_quoted(operands.begin, operands.end);
	second = memchr(first, '"', (size_t)(operands.end - first));
	if (!second)
		return MAYBE;
	return truth_of(span_equal((struct span){operands.begin, first},
				   (struct span){second, operands.end}));
}

static enum truth evaluate(const struct annotator *a, struct span kind, struct span operands)
{
	if (span_has_argument(operands))
		return MAYBE;
	if (span_is(kind, "def"))
		return defined(a, operands);
	if (span_is(kind, "ndef") || span_is(kind, "notdef"))
		return not(defined(a, operands));
	if (span_is(kind, "b"))
		return truth_of(operands.begin == operands.end);
	if (span_is(kind, "nb"))
		return truth_of(operands.begin != operands.end);
	if (span_is(kind, "c"))
		return same_text(operands);
	if (span_is(kind, "nc"))
		return not(same_text(operands));
	if (span_is(kind, "eqs"))
		return same_strings(operands);
	if (span_is(kind, "nes"))
		return not(same_strings(operands));
	return compare(a, kind, operands);
}

static bool is_if(struct span word)
{
	return span_length(word) >= 3 && span_is((struct span){word.begin, word.begin + 3}, ".if");
}

bool conditions_directive(struct annotator *a, const struct statement *st)
{
	size_t count = a->conditions.count;
	struct condition *c = count ? &a->conditions.list[count - 1] : NULL;
	struct span kind;

	if (is_if(st->word)) {
		kind = (struct span){st->word.begin + 3, st->word.end};
		open_condition(a, a->live == NO ? NO : evaluate(a, kind, st->operands));
		return true;
	}
	if (span_is(st->word, ".else")) {
		if (c)
			else_arm(a, c, YES);
	} else if (span_is(st->word, ".elseif")) {
		if (c)
			else_arm(a, c,
				 c->outside == NO || c->passed == YES
					 ? NO
					 : evaluate(a, (struct span){NULL, NULL}, st->operands));
	} else if (span_is(st->word, ".endif") || span_is(st->word, ".endc")) {
		if (c)
			close_condition(a);
	} else {
		return false;
	}
	return true;
}
