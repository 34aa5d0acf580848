/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pass.h - what the files of the pass (annotate.c, instruction.c, calls.c) give each other.
 *
 * Invariant: every function works on the statement in a->splitter.statement.
 */
#ifndef AS_PASS_H
#define AS_PASS_H

#include "annotate.h"

/* annotate.c: handle all statements and comments that a->splitter has left. */
void annotate_statements(struct annotator *a);

/* annotate.c: apply a directive that changes section or code mode. Returns false if it is none. */
bool annotate_mode_directive(struct annotator *a, const struct statement *st);

/* annotate.c: end the program with a message about this place. */
void annotate_die(const struct annotator *a, const char *place, const char *text)
	__attribute__((noreturn));

/* instruction.c: a statement that is no directive: an instruction, a prefix, a macro call. */
void annotate_instruction(struct annotator *a);

/* instruction.c: a .byte directive. */
void annotate_bytes(struct annotator *a);

/* instruction.c: is the current place code that we annotate? */
bool annotate_here(const struct annotator *a);

/* calls.c: .macro and .endm */
void annotate_begin_macro(struct annotator *a);
void annotate_end_macro(struct annotator *a);

/* calls.c: a statement whose word names this macro. */
void annotate_call(struct annotator *a, const struct macro *macro);

#endif
