/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * context.c - what directives change about the statements behind them.
 *
 * Invariant: a directive that is not understood changes nothing.
 */
#include "context.h"

void context_merge(struct context *c, const struct context *other)
{
	sections_merge(&c->sections, &other->sections);
	if (c->code.mode != other->code.mode || c->code.syntax.intel != other->code.syntax.intel ||
	    other->mode_unknown)
		c->mode_unknown = true;
	c->code.syntax.naked_reg |= other->code.syntax.naked_reg;
}

static void set_mode(struct context *c, enum afterburn_code_mode mode)
{
	c->code.mode = mode;
	c->mode_unknown = false;
}

static void set_syntax(struct context *c, struct span operands, bool intel)
{
	c->code.syntax.intel = intel;
	/* Without an argument the directive asks for % on ELF. */
	c->code.syntax.naked_reg = span_is(operands, "noprefix");
}

bool context_directive(struct context *c, struct span word, struct span operands)
{
	if (span_is(word, ".code64"))
		set_mode(c, AFTERBURN_CODE_64);
	else if (span_is(word, ".code32"))
		set_mode(c, AFTERBURN_CODE_32);
	else if (span_is(word, ".code16") || span_is(word, ".code16gcc"))
		set_mode(c, AFTERBURN_CODE_16);
	else if (span_is(word, ".intel_syntax"))
		set_syntax(c, operands, true);
	else if (span_is(word, ".att_syntax"))
		set_syntax(c, operands, false);
	else
		return sections_directive(&c->sections, word, operands);
	return true;
}
