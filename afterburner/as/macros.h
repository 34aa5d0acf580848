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
};

struct macros {
	struct macro *list; /* oldest first */
	size_t count;
	size_t capacity;
};

/* Enter the macro that these operands of .macro define. */
void macros_define(struct macros *m, struct span operands);

/* Forget the macro that these operands of .purgem name. */
void macros_purge(struct macros *m, struct span operands);

/* The newest macro of that name, or NULL. */
const struct macro *macros_find(const struct macros *m, struct span name);

/* Has the macro a parameter of this name? */
bool macro_has_parameter(const struct macro *macro, const char *name);

#endif
