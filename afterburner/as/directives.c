/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * directives.c - the directives that change how the text behind them is read.
 *
 * Invariant: a directive that is not understood changes nothing.
 */
#include "input.h"
#include "pass.h"

#include <stdlib.h>
#include <string.h>

static enum truth defined_here(const struct annotator *a)
{
	return a->live == YES ? YES : MAYBE;
}

/* .set, .equ, .equiv, .eqv: name, expression. Returns false if the word is another. */
static bool assign(struct annotator *a, const struct statement *st)
{
	const char *comma;

	if (!span_is(st->word, ".set") && !span_is(st->word, ".equ") &&
	    !span_is(st->word, ".equiv") && !span_is(st->word, ".eqv"))
		return false;
	comma = memchr(st->operands.begin, ',', span_length(st->operands));
	if (!comma)
		return true;
	symbols_assign(&a->symbols, span_trim((struct span){st->operands.begin, comma}),
		       span_trim((struct span){comma + 1, st->operands.end}), defined_here(a));
	return true;
}

/* .comm and .lcomm define the symbol that they name first. */
static bool common(struct annotator *a, const struct statement *st)
{
	const char *end = memchr(st->operands.begin, ',', span_length(st->operands));

	if (!span_is(st->word, ".comm") && !span_is(st->word, ".lcomm"))
		return false;
	if (end)
		symbols_define(&a->symbols, span_trim((struct span){st->operands.begin, end}),
			       defined_here(a));
	return true;
}

static bool read_in(const char *folder, struct span name, struct input *in)
{
	struct buffer path = {0};
	bool ok;

	buffer_text(&path, folder);
	if (*folder)
		buffer_text(&path, "/");
	buffer_bytes(&path, name.begin, span_length(name));
	buffer_bytes(&path, "", 1);
	ok = input_read_regular(in, path.data);
	buffer_free(&path);
	return ok;
}

/* gas reads the file itself, so nothing in it can be a site; but what it defines counts. */
static void include(struct annotator *a, struct span name)
{
	const char *const *folder = a->policy->folders;
	struct input in = {0};
	bool found;

	if (span_length(name) >= 2 && *name.begin == '"')
		name = (struct span){name.begin + 1, name.end - 1};
	if (a->expansion.depth >= EXPANSION_DEPTH_MAX)
		return;
	for (found = read_in("", name, &in); !found && folder && *folder; folder++)
		found = read_in(*folder, name, &in);
	if (!found)
		return; /* gas will say so */
	a->expansion.depth++;
	walk(a, arena_copy(&a->macros.memory, in.data, in.size), NULL);
	a->expansion.depth--;
	free(in.data);
}

/* The letter behind the dot. */
static char letter_of(struct span word)
{
	return span_length(word) > 1 ? to_lower(word.begin[1]) : 0;
}

static bool is_loop(struct span word)
{
	char letter = letter_of(word);

	if (letter != 'i' && letter != 'r')
		return false;
	return span_is(word, ".rept") || span_is(word, ".rep") || span_is(word, ".irp") ||
	       span_is(word, ".irpc") || span_is(word, ".irep") || span_is(word, ".irepc");
}

/* Does a symbol stand in the expressions, or a reference to a label, such as 1f? */
static bool has_symbol(struct span text)
{
	for (const char *p = text.begin; p < text.end; p++) {
		struct span word = {p, p};

		while (word.end < text.end && is_name_char(*word.end))
			word.end++;
		if (word.begin == word.end)
			continue;
		if (*word.begin < '0' || *word.begin > '9')
			return true;
		if (!span_starts(word, "0x") && strchr("bf", to_lower(word.end[-1])))
			return true;
		p = word.end - 1;
	}
	return false;
}

/* gas says nothing if a distance wraps in its one byte, so such an object is proved. */
static void note_distance(struct annotator *a, struct span operands)
{
	if (memchr(operands.begin, '-', span_length(operands)) && has_symbol(operands))
		a->short_distances = true;
}

/* Directives that emit a byte, or bring in, end or forget text. */
static void text_directive(struct annotator *a, const struct here *h)
{
	const struct statement *st = h->st;
	struct span word = st->word;

	switch (letter_of(word)) {
	case 'a':
		if (span_is(word, ".altmacro"))
			a->macros.alternate = true;
		break;
	case 'b':
		if (span_is(word, ".byte")) {
			annotate_bytes(a, h);
			note_distance(a, st->operands);
		}
		break;
	case 'd':
		if (span_is(word, ".dc.b"))
			note_distance(a, st->operands);
		break;
	case 'e':
		if (span_is(word, ".exitm") && a->live == YES)
			a->expansion.leave = true;
		break;
	case 'i':
		if (span_is(word, ".include"))
			include(a, st->operands);
		break;
	case 'n':
		if (span_is(word, ".noaltmacro"))
			a->macros.alternate = false;
		break;
	case 'p':
		if (span_is(word, ".purgem"))
			macros_purge(&a->macros, st->operands, a->live == MAYBE);
		break;
	default:
		break;
	}
}

/* Directives that give a symbol its value. Returns false if it is none. */
static bool symbol_directive(struct annotator *a, const struct statement *st)
{
	char letter = letter_of(st->word);

	return letter && strchr("cels", letter) && (assign(a, st) || common(a, st));
}

void annotate_directive(struct annotator *a, const struct here *h)
{
	const struct statement *st = h->st;
	struct span word = st->word;
	enum afterburn_code_mode mode;

	a->last.pending = NULL;
	if (span_is(word, ".macro")) {
		annotate_macro(a, h);
		return;
	}
	text_directive(a, h);
	if (symbol_directive(a, st))
		return;
	if (is_loop(word)) {
		annotate_loop(a, h);
		return;
	}
	mode = a->now.code.mode;
	context_directive(&a->now, word, st->operands);
	a->several_modes |= a->now.code.mode != mode;
}
