/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * context.h - what directives change about the statements behind them.
 *
 * Invariant: whatever is not known (sections, mode) keeps a statement from being a site.
 */
#ifndef AS_CONTEXT_H
#define AS_CONTEXT_H

#include "classify.h"
#include "sections.h"

struct context {
	struct sections sections;
	struct code code;
	bool mode_unknown;
};

/* Either *c or *other is how things are. */
void context_merge(struct context *c, const struct context *other);

/*
 * Apply a directive that changes section, mode or syntax. Returns false if it is none.
 * @word: the directive, dot included
 */
bool context_directive(struct context *c, struct span word, struct span operands);

#endif
