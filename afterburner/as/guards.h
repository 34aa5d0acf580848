/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guards.h - statements whose mnemonic or register is a macro argument.
 *
 * `\op` may become rdmsr in one call of the macro and addl in another. Such a statement is written
 * several times, each under an .ifeqs that holds for one word that makes it a site, and once more
 * as it was for all other words.
 *
 * Invariant: exactly one of the copies is assembled, whatever the argument is.
 */
#ifndef AS_GUARDS_H
#define AS_GUARDS_H

#include "classify.h"
#include "splitter.h"
#include "text.h"
#include "values.h"

#define GUARDS_MAX 64

/* If the text `tested` turns out to be `value`, the statement is instruction `id`. */
struct guard {
	struct span tested;
	char value[32];
	unsigned int id; /* enum afterburn_insn_id */
};

/*
 * Find the cases in which the statement is a site.
 * @guards: room for GUARDS_MAX; more cases than that end in false
 * @count:  receives their number, 0 if it never is one
 * Returns false if there are too many to write out.
 */
bool guards_find(const struct statement *st, const struct values *values, const struct code *code,
		 struct guard *guards, unsigned int *count);

#endif
