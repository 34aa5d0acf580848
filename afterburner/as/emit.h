/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emit.h - write the output: the input with pads and records around its sites (sites.h).
 *
 * Invariant: everything is added inside a physical line, so line numbers stay what they were.
 */
#ifndef AS_EMIT_H
#define AS_EMIT_H

#include "guards.h"
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
	unsigned int label;  /* the first of our numeric labels; 0: not chosen yet */
	unsigned long sites; /* how many were written */
};

/* Go on with this input text; the output of several texts is joined. */
void emit_start(struct emitter *e, const char *text);

/* The candidates for the first of our three numeric labels, from `index` 0; 0 behind the last. */
unsigned int emit_label_candidate(unsigned int index);

/* Does the text use any of the labels from `label` on, or refer to one? */
bool emit_label_clashes(unsigned int label, struct span text);

/* Copy the input up to `upto`. */
void emit_copy(struct emitter *e, const char *upto);

/* Drop the input up to `upto`: something else was written in its place. */
void emit_skip(struct emitter *e, const char *upto);

/* Write `# line "file"`, without the line end: what follows is that line of that file. */
void emit_line_marker(struct emitter *e, unsigned long line, const char *file);

/* Write a site with its pad and its record. */
void emit_site(struct emitter *e, const struct site *site);

/*
 * Write a statement of which only the arguments of its macro decide whether it is a site: once for
 * each case, and once as it is.
 * @site:   where it stands; its id and place are taken from the guards
 * @before: for each guard, does the pad stand before the instruction?
 */
void emit_guarded(struct emitter *e, const struct site *site, const struct guard *guards,
		  const bool *before, unsigned int count);

#endif
