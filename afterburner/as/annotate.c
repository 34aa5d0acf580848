/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annotate.c - the pass: walk over the statements and follow the directives that matter.
 *
 * Invariant: a statement that is not understood passes through untouched.
 */
#include "annotate.h"

#include "diag.h"
#include "locate.h"
#include "pass.h"

#include <stdlib.h>
#include <string.h>

void annotate_die(const struct annotator *a, const char *place, const char *text)
{
	const struct source *source = &a->sources[a->source];
	struct location at = locate(source->text, place, source->name);

	die("%.*s:%lu: %s", (int)span_length(at.file), at.file.begin, at.line, text);
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
static void line_marker(struct annotator *a)
{
	static const char back[] = "# 0 \"\" 2";
	const struct source *source = &a->sources[a->source];
	struct span c = span_trim(a->splitter.comment);

	if (source->is_stdin || span_length(c) != sizeof(back) - 1 ||
	    memcmp(c.begin, back, sizeof(back) - 1) != 0)
		return;
	emit_copy(&a->emitter, c.begin);
	emit_line_marker(&a->emitter, line_of(a, c.begin) + 1, source->name);
	emit_skip(&a->emitter, c.end);
}

/* `# afterburn: off` and `on`, in any kind of comment that begins where a statement could. */
static void comment(struct annotator *a)
{
	struct span c = a->splitter.comment;

	if (a->splitter.comment_on_own_line && *c.begin == '#')
		line_marker(a);
	while (c.begin < c.end && (*c.begin == '#' || *c.begin == '/' || *c.begin == '*'))
		c.begin++;
	while (c.end > c.begin && (c.end[-1] == '/' || c.end[-1] == '*'))
		c.end--;
	c = span_trim(c);
	if (!span_starts(c, "afterburn:"))
		return;
	c.begin += strlen("afterburn:");
	c = span_trim(c);
	if (span_is(c, "off"))
		a->now.off = true;
	else if (span_is(c, "on"))
		a->now.off = false;
}

static void set_syntax(struct annotator *a, const struct statement *st, bool intel)
{
	a->now.code.syntax.intel = intel;
	/* Without an argument the directive asks for % on ELF. */
	a->now.code.syntax.naked_reg = span_is(st->operands, "noprefix");
}

bool annotate_mode_directive(struct annotator *a, const struct statement *st)
{
	struct span word = st->word;

	if (span_is(word, ".code64"))
		a->now.code.mode = AFTERBURN_CODE_64;
	else if (span_is(word, ".code32"))
		a->now.code.mode = AFTERBURN_CODE_32;
	else if (span_is(word, ".code16") || span_is(word, ".code16gcc"))
		a->now.code.mode = AFTERBURN_CODE_16;
	else if (span_is(word, ".intel_syntax"))
		set_syntax(a, st, true);
	else if (span_is(word, ".att_syntax"))
		set_syntax(a, st, false);
	else
		return span_length(word) > 1 &&
		       sections_directive(&a->now.sections, word, st->operands);
	return true;
}

static void directive(struct annotator *a)
{
	const struct statement *st = &a->splitter.statement;
	struct span word = st->word;

	switch (span_length(word) > 1 ? to_lower(word.begin[1]) : 0) {
	case 'b':
		if (span_is(word, ".byte"))
			annotate_bytes(a);
		else
			annotate_mode_directive(a, st);
		break;
	case 'm':
		if (span_is(word, ".macro"))
			annotate_begin_macro(a);
		break;
	case 'e':
		if (span_is(word, ".endm"))
			annotate_end_macro(a);
		break;
	case 'p':
		if (span_is(word, ".purgem"))
			macros_purge(&a->macros, st->operands);
		else
			annotate_mode_directive(a, st);
		break;
	case 'a':
	case 'c':
	case 'd':
	case 'i':
	case 's':
	case 't':
		annotate_mode_directive(a, st);
		break;
	default:
		break;
	}
	a->pending = NULL;
}

static void statement(struct annotator *a)
{
	const struct statement *st = &a->splitter.statement;

	if (st->word.begin == st->word.end || st->assignment) {
		/* Only labels: a waiting prefix goes on waiting. */
		if (st->body != st->end)
			a->pending = NULL;
		return;
	}
	if (*st->word.begin == '.')
		directive(a);
	else
		annotate_instruction(a);
}

void annotate_statements(struct annotator *a)
{
	for (;;) {
		switch (splitter_next(&a->splitter)) {
		case ITEM_STATEMENT:
			statement(a);
			break;
		case ITEM_COMMENT:
			comment(a);
			break;
		case ITEM_END:
			return;
		}
	}
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

/* gas would not join the last line of one file to the first of the next. */
static void close_source(struct annotator *a)
{
	struct span text = a->sources[a->source].text;

	emit_copy(&a->emitter, text.end);
	if (a->source + 1 == a->source_count)
		return;
	if (a->splitter.unterminated)
		annotate_die(a, a->splitter.opened, "string or comment without an end");
	if (a->macro_depth > 0)
		annotate_die(a, a->macro_body, ".macro without .endm in this file");
	/* gas warns in this case; --fatal-warnings must not depend on us. */
	if (span_length(text) > 0 && text.end[-1] != '\n')
		buffer_text(&a->emitter.out,
			    "\n.warning \"end of file not at end of a line; newline inserted\"\n");
}

void annotate(struct annotator *a, const struct policy *policy, const struct source *sources,
	      unsigned int count)
{
	*a = (struct annotator){.sources = sources, .source_count = count};
	sections_start(&a->now.sections, &a->section_names);
	a->now.code = policy->code;
	a->altmacro = policy->altmacro;
	for (a->source = 0; a->source < count; a->source++) {
		a->counted = sources[a->source].text.begin;
		a->line = 1;
		a->pending = NULL;
		open_source(a);
		splitter_start(&a->splitter, sources[a->source].text.begin,
			       span_length(sources[a->source].text));
		annotate_statements(a);
		close_source(a);
	}
}

void annotate_free(struct annotator *a)
{
	buffer_free(&a->emitter.out);
	macros_free(&a->macros);
	free(a->values.list);
	free(a->placed);
	free(a->section_names.list);
	*a = (struct annotator){0};
}
