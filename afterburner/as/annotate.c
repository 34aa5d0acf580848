/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annotate.c - the pass: walk over all sources, then write them with their sites.
 *
 * Invariant: nothing is written before all is known, since a call anywhere may decide about a
 * macro's body.
 */
#include "annotate.h"

#include "conditions.h"
#include "diag.h"
#include "edits.h"
#include "locate.h"

#include <stdlib.h>
#include <string.h>

static void refuse(const struct annotator *a, const char *place, const char *text)
{
	const struct source *source = &a->sources[a->source];
	struct location at = locate(source->text, place, source->name);

	die("%.*s:%lu: %s", (int)span_length(at.file), at.file.begin, at.line, text);
}

static bool starts_with_marker(struct span text)
{
	return span_length(text) > 2 && text.begin[0] == '#' && text.begin[1] == ' ' &&
	       text.begin[2] >= '0' && text.begin[2] <= '9';
}

/*
 * Open the text with a line marker, unless it does so itself. A first line `#NO_APP` would turn
 * gas's preprocessing off, which sites rely on; text made for that mode means the same with it.
 */
static void open_source(struct annotator *a)
{
	static const char no_app[] = "#NO_APP\n";
	const struct source *source = &a->sources[a->source];
	bool first_no_app = span_starts(source->text, no_app);

	emit_start(&a->emitter, source->text.begin);
	if (first_no_app)
		emit_skip(&a->emitter, source->text.begin + sizeof(no_app) - 2);
	if (source->is_stdin) {
		if (first_no_app)
			buffer_text(&a->emitter.out, "#APP");
	} else if (!starts_with_marker(source->text)) {
		emit_line_marker(&a->emitter, first_no_app ? 2 : 1, source->name);
		if (!first_no_app)
			buffer_text(&a->emitter.out, "\n");
	}
}

static void close_source(struct annotator *a)
{
	struct span text = a->sources[a->source].text;

	emit_copy(&a->emitter, text.end);
	/* gas warns in this case; --fatal-warnings must not depend on us. */
	if (a->source + 1 < a->source_count && span_length(text) > 0 && text.end[-1] != '\n')
		buffer_text(&a->emitter.out,
			    "\n.warning \"end of file not at end of a line; newline inserted\"\n");
}

/* `# afterburn: off` and `on`, in any kind of comment that begins where a statement could. */
static void find_switches(struct annotator *a, struct span text)
{
	struct splitter s;
	enum item item;

	if (!span_contains(text, "afterburn:"))
		return;
	splitter_start(&s, text.begin, span_length(text));
	while ((item = splitter_next(&s)) != ITEM_END) {
		struct span c = s.comment;

		if (item != ITEM_COMMENT)
			continue;
		while (c.begin < c.end && strchr("#/*", *c.begin))
			c.begin++;
		while (c.end > c.begin && strchr("/*", c.end[-1]))
			c.end--;
		c = span_trim(c);
		if (!span_starts(c, "afterburn:"))
			continue;
		c.begin += strlen("afterburn:");
		c = span_trim(c);
		if (span_is(c, "off") || span_is(c, "on"))
			edits_switch(a, s.comment.begin, span_is(c, "on"));
	}
}

/* gas would not join the last line of one file to the first of the next. */
static void walk_source(struct annotator *a)
{
	struct span text = a->sources[a->source].text;

	a->counted = text.begin;
	a->line = 1;
	a->last.pending = NULL;
	find_switches(a, text);
	walk(a, text, NULL);
	if (a->source + 1 == a->source_count)
		return;
	if (a->unterminated)
		refuse(a, a->unterminated, "string or comment without an end");
	if (a->unclosed)
		refuse(a, a->unclosed, ".macro or loop without an end in this file");
}

static void define_symbols(struct annotator *a, const char *const *defsym)
{
	for (; defsym && *defsym; defsym++) {
		const char *equals = strchr(*defsym, '='), *end = *defsym + strlen(*defsym);

		if (equals)
			symbols_assign(&a->symbols, (struct span){*defsym, equals},
				       (struct span){equals + 1, end}, YES);
	}
}

static void prepare(struct annotator *a, const struct policy *policy)
{
	sections_start(&a->now.sections, &a->section_names);
	a->now.code = policy->code;
	a->now.code.syntax.symbols = &a->symbols;
	a->macros.alternate = policy->altmacro;
	a->live = YES;
	a->expansion.left = EXPANSION_MAX;
	define_symbols(a, policy->defsym);
	for (unsigned int i = 0; i < a->source_count; i++)
		a->has_conditions |= span_contains(a->sources[i].text, ".if") ||
				     span_contains(a->sources[i].text, ".include");
}

void annotate(struct annotator *a, const struct policy *policy, const struct source *sources,
	      unsigned int count)
{
	*a = (struct annotator){.policy = policy, .sources = sources, .source_count = count};
	prepare(a, policy);
	for (; a->source < count; a->source++)
		walk_source(a);
	a->source = count - 1;
	conditions_close(a, 0);
	annotate_uncalled(a);
	edits_finish(a);
	for (a->source = 0; a->source < count; a->source++) {
		open_source(a);
		edits_write(a);
		close_source(a);
	}
}

void annotate_free(struct annotator *a)
{
	buffer_free(&a->emitter.out);
	macros_free(&a->macros);
	symbols_free(&a->symbols);
	sections_free(&a->section_names);
	conditions_close(a, 0);
	free(a->conditions.list);
	edits_free(a);
	free(a->placed);
	*a = (struct annotator){0};
}
