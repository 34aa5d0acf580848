/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * values.h - what macro arguments may stand for: the single words that the texts pass to macros.
 *
 * gas expands macros behind us. Where a macro body says `\op`, only the words that the file passes
 * somewhere as an argument can come out, so these are the cases to provide for.
 *
 * Invariant: every word is listed once, spelled as in the text.
 */
#ifndef AS_VALUES_H
#define AS_VALUES_H

#include "macros.h"
#include "text.h"

struct values {
	struct span *list;
	size_t count;
	size_t capacity;
	bool collected; /* for the user's use */
};

/*
 * Collect the words from macro calls, .irp lists and default arguments of a text.
 * @names: the macros met so far, in this text and those before; grows
 */
void values_collect(struct values *v, struct macros *names, struct span text);

#endif
