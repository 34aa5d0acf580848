/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols.h - what the text has told about symbols so far, and the value of expressions of them.
 *
 * Invariant: a value is given only if gas has the same one at this place of the text; whatever is
 * not followed (addresses, what an .incbin's size makes of them) has none.
 */
#ifndef AS_SYMBOLS_H
#define AS_SYMBOLS_H

#include "table.h"
#include "arena.h"

#include <stdint.h>

struct symbols {
	struct table table;
	struct arena memory;
};

/* The symbol is defined (`YES`) or may be (`MAYBE`), with a value that is not known. */
void symbols_define(struct symbols *s, struct span name, enum truth defined);

/*
 * The symbol is (`YES`) or may be (`MAYBE`) what the expression says.
 */
void symbols_assign(struct symbols *s, struct span name, struct span expression,
		    enum truth defined);

enum truth symbols_defined(const struct symbols *s, struct span name);

/* How an expression ended. */
enum expression {
	EXPRESSION_KNOWN,    /* the value is the expression's */
	EXPRESSION_RELATIVE, /* it holds addresses; the value is what is added to them */
	EXPRESSION_UNKNOWN,  /* it cannot be followed */
};

/* See enum expression; RELATIVE: an address, or not defined yet. */
enum expression symbols_value(const struct symbols *s, struct span name, int64_t *value);

void symbols_free(struct symbols *s);

/* Evaluate as gas does (manual: Expressions). `*value` is set unless the result is unknown. */
enum expression expression_evaluate(const struct symbols *s, struct span text, int64_t *value);

#endif
