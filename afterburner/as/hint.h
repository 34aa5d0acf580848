/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hint.h - when the real as refuses an annotated text: say where the annotation nearest is.
 *
 * Invariant: one line, behind the real messages.
 */
#ifndef AS_HINT_H
#define AS_HINT_H

#include "annotate.h"

/*
 * Branches of one byte's reach and .org can fail because of the bytes that we add. Print which
 * site is nearest to the first error, and how to leave it out.
 * @messages: what the real as wrote to standard error
 */
void hint(const struct annotator *a, const struct buffer *messages);

#endif
