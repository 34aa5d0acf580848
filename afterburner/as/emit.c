/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emit.c - write pads and records.
 *
 * A site becomes, with the pad behind the instruction (A) or before it (B):
 *
 *   A  labels: 98761: insn; 98762: PAD; RECORD
 *   B  98761: PAD; labels: 98762: insn; 98763: RECORD
 *
 * All of it is valid in AT&T and Intel syntax, free of quotes (so it may stand inside a macro's
 * quoted argument) and of backslashes (so it means the same in a macro body). PAD is plain data:
 * gas knows its size at once, and label differences over it stay constant expressions.
 *
 * Invariant: no byte of the input is lost or moved; text is only added between bytes.
 */
#include "emit.h"

#include "splitter.h"

#include <afterburn/insn.h>
#include <afterburn/sites.h>

#include <string.h>

#define FIRST_LABEL 98761

void emit_start(struct emitter *e, const char *text)
{
	e->copied = text;
}

unsigned int emit_label_candidate(unsigned int index)
{
	return index < 1000 ? FIRST_LABEL - 10 * index : 0;
}

/* Is the number that ends before `p` a label (98761:, 98761 :) or a reference (98761b, 98761f)? */
static bool is_label_use(const char *p, const char *end)
{
	if (p < end && (*p == 'b' || *p == 'f'))
		return true;
	while (p < end && is_blank(*p))
		p++;
	return p < end && *p == ':';
}

bool emit_label_clashes(unsigned int label, struct span text)
{
	/* All but the last digit, which alone tells our labels apart. */
	const char digits[] = {(char)('0' + label / 10000 % 10), (char)('0' + label / 1000 % 10),
			       (char)('0' + label / 100 % 10), (char)('0' + label / 10 % 10)};
	const char *p = text.begin;

	while ((p = memmem(p, (size_t)(text.end - p), digits, sizeof(digits)))) {
		const char *last = p + sizeof(digits);

		if ((p == text.begin || !is_name_char(p[-1])) && last < text.end && *last >= '1' &&
		    *last <= '3' && is_label_use(last + 1, text.end))
			return true;
		p++;
	}
	return false;
}

void emit_copy(struct emitter *e, const char *upto)
{
	buffer_bytes(&e->out, e->copied, (size_t)(upto - e->copied));
	e->copied = upto;
}

void emit_skip(struct emitter *e, const char *upto)
{
	e->copied = upto;
}

void emit_line_marker(struct emitter *e, unsigned long line, const char *file)
{
	buffer_text(&e->out, "# ");
	buffer_number(&e->out, line);
	buffer_text(&e->out, " \"");
	for (; *file; file++) {
		if (*file == '"' || *file == '\\')
			buffer_text(&e->out, "\\");
		buffer_bytes(&e->out, file, 1);
	}
	buffer_text(&e->out, "\"");
}

/* Our label number `n`, followed by `text`: a definition (": ") or a reference (b or f). */
static void put_label(struct emitter *e, unsigned int n, const char *text)
{
	buffer_number(&e->out, e->label + n);
	buffer_text(&e->out, text);
}

/* `to` minus `from`, both as references in the direction `where` ("b" or "f"). */
static void put_difference(struct emitter *e, unsigned int to, unsigned int from, const char *where)
{
	put_label(e, to, where);
	buffer_text(&e->out, "-");
	put_label(e, from, where);
}

static void put_pad(struct emitter *e, unsigned int kind, unsigned int from, const char *where)
{
	buffer_text(&e->out, ".byte ");
	buffer_number(&e->out, AFTERBURN_PAD_BYTE0);
	buffer_text(&e->out, ",");
	buffer_number(&e->out, AFTERBURN_PAD_BYTE1);
	buffer_text(&e->out, ",");
	buffer_number(&e->out, AFTERBURN_PAD_BYTE2);
	buffer_text(&e->out, "; .long ");
	buffer_number(&e->out, (unsigned long)AFTERBURN_PAD_MAGIC << 16 | kind << 8);
	buffer_text(&e->out, "+");
	put_difference(e, from + 1, from, where);
	buffer_text(&e->out, "; ");
}

/* The record of a site whose first label is `start`, and whose instruction is `from` to from + 1.
 */
static void put_record(struct emitter *e, unsigned int kind, unsigned int from)
{
	buffer_text(&e->out, ".pushsection " AFTERBURN_SECTION "; .long ");
	put_label(e, 0, "b-.; .byte ");
	buffer_number(&e->out, kind & AFTERBURN_KIND_PAD_BEFORE ? AFTERBURN_PAD_LEN : 0);
	buffer_text(&e->out, ",");
	put_difference(e, from + 1, from, "b");
	buffer_text(&e->out, ",");
	put_difference(e, from + 1, from, "b");
	buffer_text(&e->out, "+");
	buffer_number(&e->out, AFTERBURN_PAD_LEN);
	buffer_text(&e->out, ",");
	buffer_number(&e->out, kind);
	buffer_text(&e->out, "; .popsection");
}

static void put_span(struct emitter *e, const char *begin, const char *end)
{
	buffer_bytes(&e->out, begin, (size_t)(end - begin));
}

static void put_site(struct emitter *e, const struct site *site)
{
	unsigned int kind = site->id;

	if (site->pad_before) {
		kind |= AFTERBURN_KIND_PAD_BEFORE;
		put_label(e, 0, ": ");
		put_pad(e, kind, 1, "f");
		put_span(e, site->labels, site->begin);
		put_label(e, 1, ": ");
		put_span(e, site->begin, site->end);
		buffer_text(&e->out, "; ");
		put_label(e, 2, ": ");
		put_record(e, kind, 1);
	} else {
		put_span(e, site->labels, site->begin);
		put_label(e, 0, ": ");
		put_span(e, site->begin, site->end);
		buffer_text(&e->out, "; ");
		put_label(e, 1, ": ");
		put_pad(e, kind, 0, "b");
		put_record(e, kind, 0);
	}
	e->sites++;
}

void emit_site(struct emitter *e, const struct site *site)
{
	emit_copy(e, site->labels);
	put_site(e, site);
	e->copied = site->end;
}

void emit_guarded(struct emitter *e, const struct site *site, const struct guard *guards,
		  const bool *before, unsigned int count)
{
	emit_copy(e, site->labels);
	for (unsigned int i = 0; i < count; i++) {
		struct site one = *site;

		one.id = guards[i].id;
		one.pad_before = before[i];
		buffer_text(&e->out, ".ifeqs \"");
		put_span(e, guards[i].tested.begin, guards[i].tested.end);
		buffer_text(&e->out, "\",\"");
		buffer_text(&e->out, guards[i].value);
		buffer_text(&e->out, "\"; ");
		put_site(e, &one);
		buffer_text(&e->out, "; .else; ");
	}
	put_span(e, site->labels, site->end);
	for (unsigned int i = 0; i < count; i++)
		buffer_text(&e->out, "; .endif");
	e->copied = site->end;
}
