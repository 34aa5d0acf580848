/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conditions.h - .if and its kin: which text is assembled?
 *
 * Where that cannot be decided from the text, all arms are followed, each from the state before the
 * .if; behind the .endif holds what they have in common.
 *
 * Invariant: `live` is NO only for text that gas skips.
 */
#ifndef AS_CONDITIONS_H
#define AS_CONDITIONS_H

#include "pass.h"

/* Apply the directive if it is one of .if ... .endif. Returns false if it is none. */
bool conditions_directive(struct annotator *a, const struct statement *st);

/* Close what was opened behind the first `count`: a macro's body or a file has ended. */
void conditions_close(struct annotator *a, size_t count);

#endif
