/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operands.c - judge operands by their text.
 *
 * Invariant: a register operand is the whole operand: `%fs:0x10` is memory, `%fs` is a register.
 */
#include "operands.h"

#include "splitter.h"

#include <string.h>

void operands_split(struct span text, struct operands *out)
{
	const char *begin = text.begin;
	int depth = 0;

	out->count = 0;
	if (text.begin == text.end)
		return;
	for (const char *p = text.begin;; p++) {
		if (p >= text.end || (*p == ',' && depth <= 0)) {
			if (out->count < OPERANDS_MAX)
				out->at[out->count] = span_trim((struct span){begin, p});
			out->count++;
			if (p >= text.end)
				return;
			begin = p + 1;
		} else if (*p == '(' || *p == '[') {
			depth++;
		} else if (*p == ')' || *p == ']') {
			depth--;
		} else if (*p == '"' || *p == '\'') {
			p = skip_quoted(p, text.end) - 1;
		}
	}
}

enum reg { REG_NOT, REG_MAYBE, REG_OTHER, REG_CR, REG_DR, REG_DX, REG_SREG /* + number */ };

/* A register's number: one or two digits, or whatever a macro argument makes of it. */
static bool is_number(const char *p, const char *end)
{
	if (p < end && *p == '\\')
		return true;
	if (p == end || end - p > 2)
		return false;
	for (; p < end; p++)
		if (*p < '0' || *p > '9')
			return false;
	return true;
}

/* es, cs, ss, ds, fs, gs in the hardware's order: 0 to 5; -1 for anything else. */
static int sreg_number(const char *p, const char *end)
{
	static const char letters[] = "ecsdfg";
	const char *found;

	if (end - p != 2 || to_lower(p[1]) != 's')
		return -1;
	found = memchr(letters, to_lower(p[0]), sizeof(letters) - 1);
	return found ? (int)(found - letters) : -1;
}

/* The register that the operand is: REG_*, REG_SREG + number. */
static int register_of(struct span s, const struct syntax *syntax)
{
	const char *p = s.begin;
	int sreg;

	if (p < s.end && *p == '%')
		p++;
	else if (span_has_argument(s))
		return REG_MAYBE;
	else if (!syntax->naked_reg)
		return REG_NOT;
	if (s.end - p < 2)
		return REG_OTHER;
	sreg = sreg_number(p, s.end);
	if (sreg >= 0)
		return REG_SREG + sreg;
	if (to_lower(p[0]) == 'c' && to_lower(p[1]) == 'r' && is_number(p + 2, s.end))
		return REG_CR;
	if (to_lower(p[0]) == 'd') {
		if ((to_lower(p[1]) == 'r' || to_lower(p[1]) == 'b') && is_number(p + 2, s.end))
			return REG_DR;
		if (s.end - p == 2 && to_lower(p[1]) == 'x')
			return REG_DX;
	}
	if (span_has_argument(s))
		return REG_MAYBE;
	return REG_OTHER;
}

/* How well does the register fit the range of REG_* from `first` to `last`? */
static enum fit fits(int reg, int first, int last)
{
	if (reg == REG_MAYBE)
		return FIT_MAYBE;
	return reg >= first && reg <= last ? FIT_YES : FIT_NO;
}

/* The only two operands of a move: its source (0) or destination (1). */
static enum fit move_fits(const struct operands *o, const struct syntax *syntax, int destination,
			  int first, int last)
{
	if (o->count != 2)
		return FIT_NO;
	return fits(register_of(o->at[syntax->intel ? !destination : destination], syntax), first,
		    last);
}

static enum fit port_is_dx(const struct operands *o, const struct syntax *syntax)
{
	enum fit fit = o->count == 0 ? FIT_YES : FIT_NO;
	bool immediate = false;

	for (unsigned int i = 0; i < o->count && i < 2; i++) {
		struct span s = o->at[i];
		size_t length = span_length(s);
		int reg;

		if (length > 2 && (*s.begin == '(' || *s.begin == '['))
			s = span_trim((struct span){s.begin + 1, s.end - 1});
		reg = register_of(s, syntax);
		if (reg == REG_DX)
			return FIT_YES;
		if (length > 0 && *s.begin == '$')
			immediate = true;
		else if (reg == REG_MAYBE)
			fit = FIT_MAYBE;
		else if (reg == REG_NOT && syntax->intel)
			immediate = true;
	}
	if (immediate)
		return FIT_NO;
	/* `inb %al`: gas will have an opinion */
	return fit;
}

/*
 * gas writes `int` with 3 as int3. It looks at the number alone, and takes no notice of a symbol
 * that is added to it.
 */
static enum fit is_interrupt(struct span s, const struct syntax *syntax)
{
	int64_t value;

	if (s.begin < s.end && *s.begin == '$')
		s.begin++;
	if (span_has_argument(s))
		return FIT_MAYBE;
	if (expression_evaluate(syntax->symbols, s, &value) == EXPRESSION_UNKNOWN)
		return FIT_NO;
	return value == 3 ? FIT_NO : FIT_YES;
}

static const char *find_colon(struct span s)
{
	return memchr(s.begin, ':', span_length(s));
}

/* selector:offset of Intel syntax, where ds:[...] is a memory operand */
static bool is_far_pointer(struct span s)
{
	const char *colon = find_colon(s);
	struct span before;

	if (!colon)
		return false;
	before = span_trim((struct span){s.begin, colon});
	if (before.begin < before.end && *before.begin == '%')
		before.begin++;
	if (before.end - before.begin >= 2 && sreg_number(before.end - 2, before.end) >= 0 &&
	    (before.end - before.begin == 2 || !span_starts(before, "0")))
		return false;
	return (before.begin < before.end && *before.begin >= '0' && *before.begin <= '9') ||
	       memchr(s.begin, '[', span_length(s)) == NULL;
}

static bool far_immediate(const struct operands *o, const struct syntax *syntax)
{
	if (o->count == 2)
		return true;
	return o->count == 1 && syntax->intel && is_far_pointer(o->at[0]);
}

enum fit operands_fit(enum afterburn_operands kind, const struct operands *o,
		      const struct syntax *syntax)
{
	enum fit dx;

	switch (kind) {
	case AFTERBURN_OPERANDS_NONE:
		return o->count == 0 ? FIT_YES : FIT_NO;
	case AFTERBURN_OPERANDS_ANY:
	case AFTERBURN_OPERANDS_STRING_IO:
		return FIT_YES;
	case AFTERBURN_OPERANDS_CR_SRC:
		return move_fits(o, syntax, 0, REG_CR, REG_CR);
	case AFTERBURN_OPERANDS_CR_DST:
		return move_fits(o, syntax, 1, REG_CR, REG_CR);
	case AFTERBURN_OPERANDS_DR_SRC:
		return move_fits(o, syntax, 0, REG_DR, REG_DR);
	case AFTERBURN_OPERANDS_DR_DST:
		return move_fits(o, syntax, 1, REG_DR, REG_DR);
	case AFTERBURN_OPERANDS_SREG_SRC:
		return move_fits(o, syntax, 0, REG_SREG, REG_SREG + 5);
	case AFTERBURN_OPERANDS_SREG_DST:
		return move_fits(o, syntax, 1, REG_SREG, REG_SREG + 5);
	case AFTERBURN_OPERANDS_SS_DST:
		return move_fits(o, syntax, 1, REG_SREG + 2, REG_SREG + 2);
	case AFTERBURN_OPERANDS_PORT_DX:
		return port_is_dx(o, syntax);
	case AFTERBURN_OPERANDS_PORT_IMM:
		dx = port_is_dx(o, syntax);
		return dx == FIT_MAYBE ? FIT_MAYBE : dx == FIT_YES ? FIT_NO : FIT_YES;
	case AFTERBURN_OPERANDS_IMM:
		return o->count > 0 ? FIT_YES : FIT_NO;
	case AFTERBURN_OPERANDS_INT_IMM:
		return o->count == 1 ? is_interrupt(o->at[0], syntax) : FIT_NO;
	case AFTERBURN_OPERANDS_FAR_IMM:
		return far_immediate(o, syntax) ? FIT_YES : FIT_NO;
	case AFTERBURN_OPERANDS_FAR_MEM:
		return o->count == 1 && !far_immediate(o, syntax) ? FIT_YES : FIT_NO;
	default:
		if (kind < AFTERBURN_OPERANDS_SREG_ES || kind > AFTERBURN_OPERANDS_SREG_GS ||
		    o->count != 1)
			return FIT_NO;
		return fits(register_of(o->at[0], syntax),
			    REG_SREG + (int)kind - AFTERBURN_OPERANDS_SREG_ES,
			    REG_SREG + (int)kind - AFTERBURN_OPERANDS_SREG_ES);
	}
}

bool operands_are_far(struct span text, const struct syntax *syntax)
{
	const char *p = text.begin;
	struct operands operands;
	struct span first;

	if (!syntax->intel)
		return false;
	operands_split(text, &operands);
	if (operands.count == 2)
		return true;
	while (p < text.end && !is_blank(*p) && *p != '[')
		p++;
	first = (struct span){text.begin, p};
	return span_is(first, "far") || span_is(first, "fword") || span_is(first, "tbyte") ||
	       is_far_pointer(text);
}
