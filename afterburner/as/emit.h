/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emit.h - write the output: the input with pads at its sites (sites.h).
 *
 * Invariant: everything is added inside a physical line, so line numbers stay what they were.
 */
#ifndef AS_EMIT_H
#define AS_EMIT_H

#include "text.h"

#include <stdbool.h>

/* Where a site stands in the text. */
struct site {
	const char *labels; /* the first label of its line, or the same as begin */
	const char *begin;  /* first prefix or mnemonic */
	const char *end;    /* behind the last operand */
	unsigned int id;    /* enum afterburn_insn_id */
	bool pad_before;    /* the pad stands before the instruction and its labels */
};

/*
 * The first choice for the one numeric label that sites use. gas allows such numbers up to INT_MAX;
 * one as long as this hardly occurs in a text, not even in tables of numbers.
 */
#define EMIT_FIRST_LABEL 987654321

struct emitter {
	struct buffer out;
	const char *copied;  /* the input up to here is in `out` */
	unsigned int label;  /* our numeric label; 0: not chosen yet */
	unsigned long sites; /* how many were written */
};

/* Go on with this input text; the output of several texts is joined. */
void emit_start(struct emitter *e, const char *text);

/* Do the digits of e->label stand anywhere in the text? */
bool emit_label_occurs(const struct emitter *e, struct span text);

/* Copy the input up to `upto`. */
void emit_copy(struct emitter *e, const char *upto);

/* Drop the input up to `upto`: something else was written in its place. */
void emit_skip(struct emitter *e, const char *upto);

/* Write `# line "file"`, without the line end: what follows is that line of that file. */
void emit_line_marker(struct emitter *e, unsigned long line, const char *file);

/* Write a site with its pad. */
void emit_site(struct emitter *e, const struct site *site);

#define GUARDS_MAX 64

/* How a test is written; see verdict.c for which text bears which. */
enum guard_form {
	GUARD_STRING, /* .ifeqs */
	GUARD_ITEM, /* .irp and .ifc: one of the arguments, or of the words in them, is the value */
	GUARD_WORD, /* a macro of ours that takes the first word off, and .ifc */
	GUARD_LINE, /* .ifc, whose right side ends where the line does */
};

/* If the arguments turn out to be `value`, the statement is instruction `id`. */
struct guard {
	struct span tested; /* the arguments, as the source writes them */
	struct span value;
	enum guard_form form;
	unsigned int id;
	bool pad_before;
};

/*
 * Write a statement of which only the arguments of its macro decide whether it is a site: once for
 * each case, and once as it is.
 * @site: where it stands; its id and place are taken from the guards
 */
void emit_guarded(struct emitter *e, const struct site *site, const struct guard *guards,
		  unsigned int count);

#endif
