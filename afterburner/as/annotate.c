/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annotate.c - walk over the statements, follow the directives that matter, find the sites.
 *
 * Invariant: a statement that is not understood passes through untouched.
 */
#include "annotate.h"

#include "bytes.h"
#include "diag.h"
#include "words.h"

#include <string.h>

void annotate_start(struct annotator *a, const struct policy *policy, const struct span *texts,
		    unsigned int count)
{
	a->policy = *policy;
	sections_start(&a->now.sections);
	a->now.mode = policy->mode;
	a->now.syntax = policy->syntax;
	a->now.altmacro = policy->altmacro;
	emit_choose_labels(&a->emitter, texts, count);
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
 * `# 0 "" 2` is gcc's way back to the file that gas itself reads, which here is a pipe: name the
 * user's file and line instead.
 */
static void line_marker(struct annotator *a)
{
	static const char back[] = "# 0 \"\" 2";
	struct span c = span_trim(a->splitter.comment);

	if (!a->file || span_length(c) != sizeof(back) - 1 ||
	    memcmp(c.begin, back, sizeof(back) - 1) != 0)
		return;
	emit_copy(&a->emitter, c.begin);
	emit_line_marker(&a->emitter, line_of(a, c.begin) + 1, a->file);
	emit_skip(&a->emitter, c.end);
}

/* `# afterburn: off` and `on`, in any kind of comment. */
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

static bool in_site_context(const struct annotator *a)
{
	return a->now.sections.current.code && a->now.mode != AFTERBURN_CODE_16 && !a->now.off;
}

/* Which of the word's instructions is it? -1 if none. */
static int classify(const struct annotator *a, const struct word *word, struct span text)
{
	unsigned int mode =
		a->now.mode == AFTERBURN_CODE_64 ? AFTERBURN_MODES_64 : AFTERBURN_MODES_16_32;
	struct operands operands;
	bool maybe_port = false;

	operands_split(text, &operands);
	for (unsigned int i = 0; i < word->count; i++) {
		const struct afterburn_insn *insn = &afterburn_insns[word->ids[i]];
		enum fit fit;

		if (!(insn->modes & mode))
			continue;
		fit = operands_fit(insn->operands, &operands, &a->now.syntax);
		if (fit == FIT_YES) {
			if (insn->policy == AFTERBURN_POLICY_OPTIONAL &&
			    !(a->policy.classes >> insn->class_ & 1))
				return -1;
			return word->ids[i];
		}
		if (fit == FIT_MAYBE && (insn->operands == AFTERBURN_OPERANDS_PORT_IMM ||
					 insn->operands == AFTERBURN_OPERANDS_PORT_DX))
			maybe_port = true;
	}
	/* Port input and output is sensitive whichever form the macro argument selects. */
	return maybe_port ? AFTERBURN_INSN_DECODE : -1;
}

/* sti, mov and pop to ss: the pads of all others in front are for unwinders, not for the processor.
 */
static bool casts_shadow(const struct afterburn_insn *insn)
{
	return insn->place == AFTERBURN_PLACE_BEFORE && insn->class_ != AFTERBURN_CLASS_XFER;
}

static void site(struct annotator *a, unsigned int id)
{
	const struct statement *st = &a->splitter.statement;
	const struct afterburn_insn *insn = &afterburn_insns[id];
	struct site site = {st->begin, st->body, st->end, id, false};

	/* Between sti and what it shields (sysexit) there is no room for a pad. */
	site.pad_before = insn->place == AFTERBURN_PLACE_BEFORE && !a->after_shadow;
	if (a->pending) {
		site.labels = a->pending_labels;
		site.begin = a->pending;
	}
	emit_site(&a->emitter, &site);
	a->after_shadow = casts_shadow(insn);
}

static void instruction(struct annotator *a)
{
	const struct statement *st = &a->splitter.statement;
	const struct word *word;
	int id;

	if (!in_site_context(a))
		return;
	if (st->only_prefixes) {
		if (!a->pending) {
			a->pending = st->body;
			a->pending_labels = st->begin;
		}
		return;
	}
	word = words_find(st->word);
	if (word && macros_find(&a->macros, st->word))
		word = NULL;
	id = word ? classify(a, word, st->operands) : -1;
	if (id >= 0)
		site(a, (unsigned int)id);
	else
		a->after_shadow = false;
	a->pending = NULL;
}

static void set_syntax(struct annotator *a, bool intel)
{
	struct span operands = a->splitter.statement.operands;

	a->now.syntax.intel = intel;
	/* Without an argument the directive asks for % on ELF. */
	a->now.syntax.naked_reg = span_is(operands, "noprefix");
}

static bool code_directive(struct annotator *a, struct span word)
{
	if (span_is(word, ".code64"))
		a->now.mode = AFTERBURN_CODE_64;
	else if (span_is(word, ".code32"))
		a->now.mode = AFTERBURN_CODE_32;
	else if (span_is(word, ".code16") || span_is(word, ".code16gcc"))
		a->now.mode = AFTERBURN_CODE_16;
	else
		return false;
	return true;
}

static void begin_macro(struct annotator *a)
{
	macros_define(&a->macros, a->splitter.statement.operands);
	if (a->macro_depth++ > 0)
		return;
	a->before_macro = a->now;
	/* Where a macro is used is not known here; that what looks like an instruction is code, is.
	 */
	a->now.sections.current.code = true;
}

static void end_macro(struct annotator *a)
{
	bool off = a->now.off;

	if (a->macro_depth == 0 || --a->macro_depth > 0)
		return;
	a->now = a->before_macro;
	a->now.off = off;
}

static void byte_directive(struct annotator *a)
{
	int id;

	if (!in_site_context(a))
		return;
	id = bytes_find(a->splitter.statement.operands, a->now.mode);
	if (id >= 0)
		site(a, (unsigned int)id);
}

static void directive(struct annotator *a)
{
	const struct statement *st = &a->splitter.statement;
	struct span word = st->word;

	switch (span_length(word) > 1 ? to_lower(word.begin[1]) : 0) {
	case 't':
	case 'd':
	case 's':
		sections_directive(&a->now.sections, word, st->operands);
		break;
	case 'p':
		if (span_is(word, ".purgem"))
			macros_purge(&a->macros, st->operands);
		else
			sections_directive(&a->now.sections, word, st->operands);
		break;
	case 'b':
		if (span_is(word, ".byte"))
			byte_directive(a);
		else
			sections_directive(&a->now.sections, word, st->operands);
		break;
	case 'c':
		code_directive(a, word);
		break;
	case 'i':
		if (span_is(word, ".intel_syntax"))
			set_syntax(a, true);
		break;
	case 'm':
		if (span_is(word, ".macro"))
			begin_macro(a);
		break;
	case 'e':
		if (span_is(word, ".endm"))
			end_macro(a);
		break;
	case 'a':
		if (span_is(word, ".att_syntax"))
			set_syntax(a, false);
		else if (span_is(word, ".altmacro"))
			a->now.altmacro = true;
		break;
	case 'n':
		if (span_is(word, ".noaltmacro"))
			a->now.altmacro = false;
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
		instruction(a);
}

/*
 * Open the text with a line marker, unless it does so itself. A first line `#NO_APP` would turn
 * gas's preprocessing off, which sites rely on; text made for that mode means the same with it.
 */
static void open_text(struct annotator *a)
{
	static const char no_app[] = "#NO_APP\n";
	struct span text = a->text;
	bool first_no_app = span_starts(text, no_app);

	if (first_no_app)
		emit_skip(&a->emitter, text.begin + sizeof(no_app) - 2);
	if (!a->file) {
		if (first_no_app)
			buffer_text(&a->emitter.out, "#APP");
		return;
	}
	if (text.end - text.begin > 2 && text.begin[0] == '#' && text.begin[1] == ' ' &&
	    text.begin[2] >= '0' && text.begin[2] <= '9')
		return;
	emit_line_marker(&a->emitter, first_no_app ? 2 : 1, a->file);
	if (!first_no_app)
		buffer_text(&a->emitter.out, "\n");
}

void annotate_text(struct annotator *a, struct span text, const char *file)
{
	a->text = text;
	a->file = file;
	a->counted = text.begin;
	a->line = 1;
	a->pending = NULL;
	emit_start(&a->emitter, text.begin);
	open_text(a);
	splitter_start(&a->splitter, text.begin, span_length(text));
	for (;;) {
		switch (splitter_next(&a->splitter)) {
		case ITEM_STATEMENT:
			statement(a);
			break;
		case ITEM_COMMENT:
			comment(a);
			break;
		case ITEM_END:
			emit_copy(&a->emitter, text.end);
			return;
		}
	}
}
