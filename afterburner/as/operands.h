/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operands.h - do a statement's operands make its mnemonic a sensitive instruction?
 *
 * Invariant: operands are judged by their text alone; a macro argument in the place that matters
 * is answered by "maybe", never guessed.
 */
#ifndef AS_OPERANDS_H
#define AS_OPERANDS_H

#include "symbols.h"
#include "text.h"

#include <afterburn/insn.h>

/* Which way the text is written (as manual: i386-Variations). */
struct syntax {
	bool intel;		       /* destination first, immediates bare */
	bool naked_reg;		       /* registers may stand without % */
	const struct symbols *symbols; /* for the values of operands */
};

#define OPERANDS_MAX 4

struct operands {
	struct span at[OPERANDS_MAX]; /* trimmed */
	unsigned int count;	      /* may exceed OPERANDS_MAX: the rest is not kept */
};

/* Split at the commas that stand outside brackets, strings and comments. */
void operands_split(struct span text, struct operands *out);

enum fit { FIT_NO, FIT_MAYBE, FIT_YES };

/* Do the operands fit this kind of insns.def? */
enum fit operands_fit(enum afterburn_operands kind, const struct operands *operands,
		      const struct syntax *syntax);

/* Is it written as a far jump or call in Intel syntax (`far`, `fword`, selector:offset, or two
 * operands)? */
bool operands_are_far(struct span text, const struct syntax *syntax);

#endif
