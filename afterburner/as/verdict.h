/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdict.h - a statement that is assembled several times: what is it for which arguments?
 *
 * `\op` may become rdmsr in one call of its macro and addl in another. Such a statement is written
 * once for each case in which it is a site, under a test of its arguments, and once as it was.
 *
 * Invariant: exactly one of the copies is assembled, and no argument's text, whatever it is, can
 * make a test an error.
 */
#ifndef AS_VERDICT_H
#define AS_VERDICT_H

#include "annotate.h"

/* A decision is an instruction's number, with this if its pad goes before it, or one of these. */
#define DECISION_BEFORE 0x100
enum { DECISION_MIXED = -2, DECISION_NONE = -1 };

/* One combination of arguments. */
struct outcome {
	struct outcome *next;
	const struct span *values;
	int decision;
};

struct verdict {
	struct verdict *next;
	struct site site;   /* its id and place are those of the guards */
	bool quoted;	    /* inside a string: there is no room for tests */
	bool confused;	    /* its arguments are not the same in all expansions */
	struct span *names; /* of the arguments */
	unsigned int count;
	struct outcome *outcomes, *newest; /* in the order of expansion */
};

struct verdict *verdict_new(struct arena *memory, const struct site *site, bool quoted,
			    const struct references *arguments);

/* Take down one expansion. `known`: the table of all combinations. */
void verdict_add(struct verdict *v, struct arena *memory, struct table *known,
		 const struct references *arguments, int decision);

/*
 * The cases in which it is a site.
 * @guards: room for GUARDS_MAX
 * Returns their number; 0 if it never is one, or if no test would do.
 */
unsigned int verdict_guards(const struct verdict *v, struct macros *macros, struct guard *guards);

#endif
