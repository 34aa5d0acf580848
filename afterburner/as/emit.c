/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emit.c - write pads.
 *
 * A site becomes, with the pad behind the instruction (A) or before it (B):
 *
 *   A  labels: 987654321: insn; PAD
 *   B  PAD; labels: insn; 987654321:
 *
 * The pad holds the instruction's length, which gas works out from the label and the place of the
 * pad's own .long. All of it is valid in AT&T and Intel syntax, free of quotes (so it may stand
 * inside a macro's quoted argument) and of backslashes (so it means the same in a macro body).
 *
 * Invariant: no byte of the input is lost or moved; text is only added between bytes. Nothing but
 * the bytes of pads is added to the object: no symbol, no relocation, no section.
 */
#include "emit.h"

#include <afterburn/sites.h>

#include <stdio.h>
#include <string.h>

void emit_start(struct emitter *e, const char *text)
{
	e->copied = text;
}

bool emit_label_occurs(const struct emitter *e, struct span text)
{
	char digits[sizeof("4294967295")];
	int length = snprintf(digits, sizeof(digits), "%u", e->label);

	return memmem(text.begin, span_length(text), digits, (size_t)length);
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

static void put_label(struct emitter *e, const char *text)
{
	buffer_number(&e->out, e->label);
	buffer_text(&e->out, text);
}

static void put_span(struct emitter *e, const char *begin, const char *end)
{
	buffer_bytes(&e->out, begin, (size_t)(end - begin));
}

/* Bytes of a pad in front of its .long, and of the .long. */
#define PAD_HEAD 3
#define PAD_TAIL (AFTERBURN_PAD_LEN - PAD_HEAD)

/*
 * A pad, up to the expression that gives the distance between its .long and the label; `less` of it
 * lie between the .long and the instruction.
 */
static void put_pad(struct emitter *e, unsigned int kind, unsigned int less)
{
	buffer_text(&e->out, ".byte ");
	buffer_number(&e->out, AFTERBURN_PAD_BYTE0);
	buffer_text(&e->out, ",");
	buffer_number(&e->out, AFTERBURN_PAD_BYTE1);
	buffer_text(&e->out, ",");
	buffer_number(&e->out, AFTERBURN_PAD_BYTE2);
	buffer_text(&e->out, "; .long ");
	buffer_number(&e->out, ((unsigned long)AFTERBURN_PAD_MAGIC << 16 | kind << 8) - less);
	buffer_text(&e->out, "+");
}

static void put_site(struct emitter *e, const struct site *site)
{
	if (site->pad_before) {
		put_pad(e, site->id | AFTERBURN_KIND_PAD_BEFORE, PAD_TAIL);
		put_label(e, "f-.; ");
		put_span(e, site->labels, site->end);
		buffer_text(&e->out, "; ");
		put_label(e, ":");
	} else {
		put_span(e, site->labels, site->begin);
		put_label(e, ": ");
		put_span(e, site->begin, site->end);
		buffer_text(&e->out, "; ");
		put_pad(e, site->id, PAD_HEAD);
		buffer_text(&e->out, ".-");
		put_label(e, "b");
	}
	e->sites++;
}

void emit_site(struct emitter *e, const struct site *site)
{
	emit_copy(e, site->labels);
	put_site(e, site);
	e->copied = site->end;
}

/* The beginning of the copy for this case. */
static void put_test(struct emitter *e, const struct guard *guard)
{
	static const char *const parts[][3] = {
		[GUARD_STRING] = {".ifeqs \"", "\",\"", "\"; "},
		[GUARD_ITEM] = {".Lafterburn=0; .irp afterburn,", "; .ifc ",
				"~,\\afterburn~; .Lafterburn=1; .endif; .endr; .if .Lafterburn; "},
		[GUARD_WORD] = {".Lafterburn=0; .macro afterburn.test afterburn, "
				"afterburn.rest:vararg; .ifc ",
				"~,\\afterburn~; .Lafterburn=1; .endif; .endm; afterburn.test ",
				"; .purgem afterburn.test; .if .Lafterburn; "},
		[GUARD_LINE] = {".ifc ", "~,", "~; "},
	};
	struct span first = guard->tested, second = guard->value;

	if (guard->form != GUARD_STRING && guard->form != GUARD_ITEM) {
		first = guard->value;
		second = guard->tested;
	}
	buffer_text(&e->out, parts[guard->form][0]);
	put_span(e, first.begin, first.end);
	buffer_text(&e->out, parts[guard->form][1]);
	put_span(e, second.begin, second.end);
	buffer_text(&e->out, parts[guard->form][2]);
}

void emit_guarded(struct emitter *e, const struct site *site, const struct guard *guards,
		  unsigned int count)
{
	emit_copy(e, site->labels);
	for (unsigned int i = 0; i < count; i++) {
		struct site one = *site;

		one.id = guards[i].id;
		one.pad_before = guards[i].pad_before;
		put_test(e, &guards[i]);
		put_site(e, &one);
		buffer_text(&e->out, "; .else; ");
	}
	put_span(e, site->labels, site->end);
	for (unsigned int i = 0; i < count; i++)
		buffer_text(&e->out, "; .endif");
	e->copied = site->end;
}
