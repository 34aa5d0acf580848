/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * macro_text.h - how macros see text: blanks, names, arguments.
 *
 * Invariant: a result lies in the text itself, unless gas would see other bytes than these.
 */
#ifndef AS_MACRO_TEXT_H
#define AS_MACRO_TEXT_H

#include "macros.h"

/* Behind the blanks and comments at `p`. */
const char *macro_text_skip_gap(const char *p, const char *end);

/* The text without the blanks that gas drops. */
struct span macro_text_scrub(struct macros *m, struct span text);

/* Take a comma off the front, and the blanks on both sides of it. */
void macro_text_skip_comma(struct span *rest);

/* Take a name off the front, and the blanks on both sides of it; empty if there is none. */
struct span macro_text_name(struct span *rest);

#endif
