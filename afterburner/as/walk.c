/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.c - over the statements of a text, in the order in which gas assembles them.
 *
 * Invariant: a statement that is not understood passes through untouched.
 */
#include "conditions.h"
#include "edits.h"

#include <string.h>

/* Does the place lie in one of the sources? */
static bool in_sources(const struct annotator *a, const char *place)
{
	for (unsigned int i = a->source + 1; i-- > 0;)
		if (place >= a->sources[i].text.begin && place <= a->sources[i].text.end)
			return true;
	return false;
}

/* The physical line of `p`, which must not lie before an earlier one. */
static unsigned long line_of(struct annotator *a, const char *p)
{
	while (a->counted < p) {
		const char *next = memchr(a->counted, '\n', (size_t)(p - a->counted));

		if (!next)
			break;
		a->line++;
		a->counted = next + 1;
	}
	return a->line;
}

/*
 * `# 0 "" 2` is gcc's way back to the file that gas itself reads, which here is not the user's:
 * name that file and line instead.
 */
void walk_comment(struct annotator *a, const struct splitter *s)
{
	static const char back[] = "# 0 \"\" 2";
	struct span comment = span_trim(s->comment);

	if (a->expansion.depth == 0 && s->comment_on_own_line && !a->sources[a->source].is_stdin &&
	    span_length(comment) == sizeof(back) - 1 &&
	    memcmp(comment.begin, back, sizeof(back) - 1) == 0)
		edits_marker(a, comment, line_of(a, comment.begin) + 1);
}

/* Labels in front of a statement are defined, and its symbol if it is an assignment. */
static void define_symbols(struct annotator *a, const struct statement *st)
{
	enum truth defined = a->live == YES ? YES : MAYBE;
	struct span value = {st->operands.begin, st->operands.end};
	const char *p = st->begin;

	while (p < st->body) {
		const char *colon = memchr(p, ':', (size_t)(st->body - p));

		if (!colon)
			break;
		symbols_define(&a->symbols, span_trim((struct span){p, colon}), defined);
		p = colon + 1;
	}
	if (!st->assignment)
		return;
	while (value.begin < value.end && *value.begin == '=')
		value.begin++;
	symbols_assign(&a->symbols, st->word, value, defined);
}

/* The macro that the statement calls, or NULL. Prefixes may be macros, too. */
static struct macro *called(struct annotator *a, const struct statement *st)
{
	struct span name = {st->body, st->body};

	if (!a->macros.first)
		return NULL;
	while (name.end < st->end && is_name_char(*name.end))
		name.end++;
	return macros_find(&a->macros, name);
}

static void run(struct annotator *a, const struct here *h)
{
	const struct statement *st = h->st;
	struct macro *macro;
	bool dot = st->word.begin < st->word.end && *st->word.begin == '.';

	if (dot && !st->assignment && conditions_directive(a, st)) {
		a->last = (struct neighbours){0};
		return;
	}
	if (a->live == NO)
		return;
	if (st->assignment || (a->has_conditions && st->body != st->begin))
		define_symbols(a, st);
	if (st->word.begin == st->word.end || st->assignment) {
		/* Only labels: a waiting prefix goes on waiting. */
		if (st->body != st->end)
			a->last.pending = NULL;
		return;
	}
	macro = called(a, st);
	if (macro)
		annotate_call(a, h, macro);
	else if (dot)
		annotate_directive(a, h);
	else
		annotate_instruction(a, h);
}

/* The statements of an argument that is a whole statement (or several) of the body. */
static void walk_value(struct annotator *a, const struct value *value)
{
	bool outer = a->expansion.arguments;
	struct splitter text, raw;

	splitter_start(&text, value->text.begin, span_length(value->text));
	splitter_start(&raw, value->raw.begin, span_length(value->raw));
	a->expansion.arguments = true;
	while (splitter_next(&text) != ITEM_END) {
		bool paired =
			value->raw.begin != value->raw.end && splitter_next(&raw) == ITEM_STATEMENT;
		struct here h = {&text.statement, NULL, value->bound, &text};

		if (paired && in_sources(a, raw.statement.begin))
			h.raw = &raw.statement;
		run(a, &h);
	}
	a->expansion.arguments = outer;
}

/* The statement's text with arguments put in, which may be none, one, or several statements. */
static void run_expanded(struct annotator *a, const struct here *h, struct splitter *s)
{
	struct span body = {h->st->body, h->st->end};
	const struct value *whole = macros_whole(&a->macros, body, h->bound);
	struct here one = *h;

	one.st = &s->statement;
	if (splitter_next(s) != ITEM_STATEMENT)
		return;
	if (span_trim((struct span){s->at, s->end}).begin == s->end) {
		run(a, &one);
	} else if (whole) {
		walk_value(a, whole);
	} else {
		one.raw = NULL;
		one.feed = s;
		do
			run(a, &one);
		while (splitter_next(s) == ITEM_STATEMENT);
	}
}

static void expand(struct annotator *a, struct splitter *feed, const struct bindings *bound)
{
	static const struct judgement nothing = {.id = NO_SITE};
	const char *outer = a->edits.watched;
	struct statement raw = feed->statement;
	struct here h = {&raw, in_sources(a, raw.begin) ? &raw : NULL, bound, feed};
	struct span text = macros_substitute(&a->macros, (struct span){raw.begin, raw.end}, bound);
	struct splitter s;

	splitter_start(&s, text.begin, span_length(text));
	a->edits.watched = raw.body;
	run_expanded(a, &h, &s);
	/* What an instruction is for some arguments, is something else for these. */
	if (a->edits.watched == raw.body && h.raw && a->live != NO &&
	    raw.word.begin < raw.word.end && *raw.word.begin != '.')
		edits_site(a, &h, &nothing);
	a->edits.watched = outer;
}

static void step(struct annotator *a, struct splitter *s, const struct bindings *bound)
{
	const struct statement *st = &s->statement;

	if (bound &&
	    (a->macros.alternate || memchr(st->begin, '\\', (size_t)(st->end - st->begin)) ||
	     memchr(st->begin, '&', (size_t)(st->end - st->begin)))) {
		if (a->live != NO || (st->word.begin < st->word.end && *st->word.begin == '.'))
			expand(a, s, bound);
	} else {
		struct here h = {st, st, bound, s};

		if (a->expansion.depth > 0 && !in_sources(a, st->begin))
			h.raw = NULL;
		run(a, &h);
	}
}

/* Count a statement of an expansion. Returns false if there were too many. */
static bool spend(struct annotator *a)
{
	/* Where nothing is decided, each level can double the work. */
	unsigned long price = a->live == MAYBE ? EXPANSION_MAYBE : 1;

	if (a->expansion.depth == 0)
		return true;
	a->expansion.left = a->expansion.left > price ? a->expansion.left - price : 0;
	return a->expansion.left > 0;
}

void walk(struct annotator *a, struct span text, const struct bindings *bound)
{
	struct splitter s;
	enum item item;

	splitter_start(&s, text.begin, span_length(text));
	while (!a->expansion.leave && (item = splitter_next(&s)) != ITEM_END) {
		if (item == ITEM_COMMENT)
			walk_comment(a, &s);
		else if (spend(a))
			step(a, &s, bound);
		else
			break;
	}
	if (a->expansion.depth == 0 && s.unterminated)
		a->unterminated = s.opened;
}
