/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * macros.h - the macros that the text defines.
 *
 * Invariant: a name is looked up without case, as gas does.
 */
#ifndef AS_MACROS_H
#define AS_MACROS_H

#include "text.h"

struct macro {
	struct span name;
	struct span parameters; /* what follows the name in the .macro line */
	struct span body;	/* empty until .endm */
	bool changes_section;	/* a call leaves another section, or mode, behind */
	struct span code; /* a parameter that is one whole statement of code, and nothing else */
};

struct macros {
	struct macro *list; /* oldest first */
	size_t count;
	size_t capacity;
	unsigned long long starts[32]; /* by length: a bit for each first letter in use */
};

/* Enter the macro that these operands of .macro define. */
void macros_define(struct macros *m, struct span operands);

/* Forget the macro that these operands of .purgem name. */
void macros_purge(struct macros *m, struct span operands);

void macros_free(struct macros *m);

/* The newest macro of that name, or NULL. */
struct macro *macros_find(const struct macros *m, struct span name);

/* Has the macro a parameter of this name? */
bool macro_has_parameter(const struct macro *macro, struct span name);

/* How often does `\name` stand in the text? */
unsigned int macro_count_uses(struct span text, struct span name);

/*
 * Take the next argument off the front of *rest (a call's operands, or a list of parameters).
 * Returns false at the end.
 */
bool macro_take_argument(struct span *rest, struct span *argument);

/* The argument's value: without `name=` and without quotes. */
struct span argument_value(struct span argument);

/* The argument that a call's operands give to the parameter; empty if they give none. */
struct span macro_argument_for(const struct macro *macro, struct span operands, struct span name);

#endif
