/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emit.h - write the output: the input with pads and records around its sites (sites.h).
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

struct emitter {
	struct buffer out;
	const char *copied;  /* the input up to here is in `out` */
	unsigned int label;  /* the first of our numeric labels */
	unsigned long sites; /* how many were written */
};

/* Start with an input text; the output of several texts is joined. */
void emit_start(struct emitter *e, const char *text);

/* Choose numeric labels that stand nowhere in the `count` texts. */
void emit_choose_labels(struct emitter *e, const struct span *texts, unsigned int count);

/* Copy the input up to `upto`. */
void emit_copy(struct emitter *e, const char *upto);

/* Drop the input up to `upto`: something else was written in its place. */
void emit_skip(struct emitter *e, const char *upto);

/* Write `# line "file"`, without the line end: what follows is that line of that file. */
void emit_line_marker(struct emitter *e, unsigned long line, const char *file);

/* Write a site with its pad and its record. */
void emit_site(struct emitter *e, const struct site *site);

#endif
