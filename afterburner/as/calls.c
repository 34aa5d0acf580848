/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - macros and loops: take their bodies, and walk over these for each call and round.
 *
 * Invariant: a body is a span of the text that it was read from; nothing is copied.
 */
#include "conditions.h"

static bool opens_loop(struct span word)
{
	return span_is(word, ".rept") || span_is(word, ".rep") || span_is(word, ".irp") ||
	       span_is(word, ".irpc") || span_is(word, ".irep") || span_is(word, ".irepc");
}

static bool opens_macro(struct span word)
{
	return span_is(word, ".macro");
}

/* The text up to the statement that closes what `h` opens; the feed goes on behind that. */
static struct span take_body(struct annotator *a, const struct here *h,
			     bool (*opens)(struct span word), const char *closes)
{
	struct splitter *feed = h->feed;
	const char *begin = feed->at, *opened = feed->statement.begin;
	unsigned int depth = 1;
	enum item item;

	while ((item = splitter_next(feed)) != ITEM_END) {
		if (item == ITEM_COMMENT) {
			walk_comment(a, feed);
		} else if (feed->statement.word.begin < feed->statement.word.end &&
			   *feed->statement.word.begin == '.') {
			if (opens(feed->statement.word))
				depth++;
			else if (span_is(feed->statement.word, closes) && --depth == 0)
				return (struct span){begin, feed->statement.begin};
		}
	}
	if (a->expansion.depth == 0)
		a->unclosed = opened;
	return (struct span){begin, begin};
}

void annotate_macro(struct annotator *a, const struct here *h)
{
	struct span operands = h->st->operands;
	struct macro *macro;
	struct span body = take_body(a, h, opens_macro, ".endm");

	macro = macros_define(&a->macros, operands, body);
	macro->outer = h->bound;
	macro->maybe = a->live == MAYBE;
}

/* gas gives up the whole text here, if it comes here. */
static bool too_deep(struct annotator *a)
{
	if (a->expansion.depth < EXPANSION_DEPTH_MAX && a->expansion.left > 0)
		return false;
	if (a->live == YES)
		a->expansion.left = 0;
	return true;
}

/* Walk over a body that gas puts in the place of a statement. */
static void enter(struct annotator *a, struct span body, const struct bindings *bound)
{
	size_t conditions = a->conditions.count;

	a->last = (struct neighbours){.after_shadow = a->last.after_shadow};
	a->expansion.depth++;
	walk(a, body, bound);
	a->expansion.depth--;
	a->expansion.leave = false;
	conditions_close(a, conditions);
	a->last.pending = NULL;
	if (a->expansion.left == 0)
		a->now.sections.current.code = MAYBE;
}

static void enter_maybe(struct annotator *a, struct span body, const struct bindings *bound)
{
	struct context before = a->now;
	enum truth live = a->live;

	a->live = MAYBE;
	enter(a, body, bound);
	a->live = live;
	context_merge(&a->now, &before);
}

void annotate_call(struct annotator *a, const struct here *h, struct macro *macro)
{
	struct span operands = {h->st->body, h->st->end},
		    raw = {h->raw ? h->raw->body : NULL, h->raw ? h->raw->end : NULL};

	if (too_deep(a))
		return;
	while (operands.begin < operands.end && is_name_char(*operands.begin))
		operands.begin++;
	while (raw.begin < raw.end && is_name_char(*raw.begin))
		raw.begin++;
	for (; macro; macro = macro->older) {
		const struct bindings *b = macros_bind(&a->macros, macro, operands, raw, h->bound);

		macro->called = true;
		if (!macro->maybe) {
			enter(a, macro->body, b);
			break;
		}
		enter_maybe(a, macro->body, b);
	}
}

/* How often .rept repeats its body, for us: what more rounds would do is no news. */
static unsigned long rounds(const struct annotator *a, struct span count, struct span body)
{
	static const char *const changing[] = {".if", ".set", "=", ".macro", "section"};
	int64_t value;

	if (expression_evaluate(&a->symbols, count, &value) != EXPRESSION_KNOWN || value < 0)
		return 1;
	if (value <= 2)
		return (unsigned long)value;
	for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++)
		if (span_contains(body, changing[i]))
			return (unsigned long)value;
	return 2;
}

static void repeat(struct annotator *a, const struct here *h, struct span count, struct span body)
{
	int64_t value;
	unsigned long n = rounds(a, count, body);

	if (expression_evaluate(&a->symbols, count, &value) != EXPRESSION_KNOWN) {
		enter_maybe(a, body, h->bound);
		return;
	}
	while (n-- > 0 && a->expansion.left > 0)
		enter(a, body, h->bound);
}

/* One round of .irp or .irpc. */
static void round_with(struct annotator *a, const struct here *h, const struct formal *formal,
		       struct span text, struct span body)
{
	struct value *value = arena_take(&a->macros.memory, sizeof(*value));
	struct bindings *b = arena_take(&a->macros.memory, sizeof(*b));

	*value = (struct value){text, text, NULL};
	*b = (struct bindings){h->bound, formal, value, 1, a->macros.calls};
	enter(a, body, b);
}

void annotate_loop(struct annotator *a, const struct here *h)
{
	struct span word = h->st->word, rest = h->st->operands, text;
	struct span body = take_body(a, h, opens_loop, ".endr");
	const struct formal *formal;
	bool letters;

	if (too_deep(a))
		return;
	if (span_is(word, ".rept") || span_is(word, ".rep")) {
		repeat(a, h, rest, body);
		return;
	}
	letters = span_is(word, ".irpc") || span_is(word, ".irepc");
	formal = macros_loop_formal(&a->macros, &rest);
	if (rest.begin >= rest.end)
		round_with(a, h, formal, rest, body);
	while (rest.begin < rest.end && a->expansion.left > 0) {
		if (!letters) {
			macros_take(&a->macros, &rest, &text);
		} else {
			text = (struct span){rest.begin, rest.begin + 1};
			rest.begin++;
			if (*text.begin == '"' || is_blank(*text.begin))
				continue;
		}
		round_with(a, h, formal, text, body);
	}
}

void annotate_uncalled(struct annotator *a)
{
	for (struct macro *macro = a->macros.first; macro; macro = macro->next) {
		if (macro->called)
			continue;
		a->now.sections.current.code = YES;
		enter(a, macro->body, macro->outer);
	}
}
