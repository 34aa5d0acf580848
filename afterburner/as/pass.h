/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pass.h - what the files of the pass give each other.
 *
 * The pass walks over the text as gas does: it expands macros and loops, skips what conditionals
 * skip, and follows sections. A statement of the source that is assembled several times (in a
 * macro's body) is judged each time, and written with a test of the arguments that decide.
 *
 * Invariant: what is not in the sources (the outcome of an expansion, an included file) is followed
 * but never edited.
 */
#ifndef AS_PASS_H
#define AS_PASS_H

#include "annotate.h"

/* A statement at work. */
struct here {
	const struct statement *st;  /* arguments put in */
	const struct statement *raw; /* where it stands in the sources; NULL: nowhere */
	const struct bindings *bound;
	struct splitter *feed; /* gives the lines behind it */
};

/* walk.c: handle a text. */
void walk(struct annotator *a, struct span text, const struct bindings *bound);

/* walk.c: a comment that a splitter of a source has found. */
void walk_comment(struct annotator *a, const struct splitter *s);

/* directives.c: a statement that begins with a dot. */
void annotate_directive(struct annotator *a, const struct here *h);

/* instruction.c: a statement that is neither directive nor macro call. */
void annotate_instruction(struct annotator *a, const struct here *h);

/* instruction.c: a .byte directive. */
void annotate_bytes(struct annotator *a, const struct here *h);

/* calls.c: .macro, .rept and so on, and calls; each takes its body from h->feed. */
void annotate_macro(struct annotator *a, const struct here *h);
void annotate_loop(struct annotator *a, const struct here *h);
void annotate_call(struct annotator *a, const struct here *h, struct macro *macro);

/* calls.c: the bodies of macros that nothing calls, except perhaps included files. */
void annotate_uncalled(struct annotator *a);

#endif
