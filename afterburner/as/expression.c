/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expression.c - evaluate expressions as gas does (manual: Expressions), as far as constants go.
 *
 * Invariant: where gas could have another value, the answer is EXPRESSION_UNKNOWN.
 */
#include "splitter.h"
#include "symbols.h"

#include <string.h>

struct reader {
	const struct symbols *symbols;
	const char *at;
	const char *end;
	unsigned int depth;
	enum expression how; /* so far; only grows */
};

#define DEPTH_MAX 200

/* Longer operators stand before those that they begin with. Comparisons give -1 for true. */
static const struct operator
{
	char text[3];
	unsigned char rank;
}
operators[] = {
	{"||", 1}, {"&&", 2}, {"==", 3}, {"<>", 3}, {"!=", 3}, {"<=", 3}, {">=", 3},
	{"<<", 6}, {">>", 6}, {"<", 3},	 {">", 3},  {"+", 4},  {"-", 4},  {"&", 5},
	{"^", 5},  {"!", 5},  {"|", 5},	 {"*", 6},  {"/", 6},  {"%", 6},
};

static int64_t binary(struct reader *r, unsigned int rank);

static int64_t unknown(struct reader *r)
{
	r->how = EXPRESSION_UNKNOWN;
	r->at = r->end;
	return 0;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static int digit_value(char c)
{
	c = to_lower(c);
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* 0x, 0b, a leading 0 for octal; a closing h for Intel's hexadecimal; 1b and 1f are labels. */
static int64_t number(struct reader *r)
{
	struct span word = {r->at, r->at};
	uint64_t value = 0;
	int base = 10;

	while (word.end < r->end && is_name_char(*word.end))
		word.end++;
	r->at = word.end;
	if (to_lower(word.end[-1]) == 'h') {
		base = 16;
		word.end--;
	} else if (span_length(word) > 2 && *word.begin == '0' &&
		   (to_lower(word.begin[1]) == 'x' || to_lower(word.begin[1]) == 'b')) {
		base = to_lower(word.begin[1]) == 'x' ? 16 : 2;
		word.begin += 2;
	} else if (word.end[-1] == 'b' || word.end[-1] == 'f') {
		if (r->how == EXPRESSION_KNOWN)
			r->how = EXPRESSION_RELATIVE;
		return 0;
	} else if (*word.begin == '0') {
		base = 8;
	}
	for (; word.begin < word.end; word.begin++) {
		int digit = digit_value(*word.begin);

		if (digit >= base || value >> 59)
			return unknown(r);
		value = value * (unsigned int)base + (unsigned int)digit;
	}
	return (int64_t)value;
}

static int64_t symbol(struct reader *r)
{
	struct span name = {r->at, r->at};
	enum expression how;
	int64_t value;

	while (name.end < r->end && is_name_char(*name.end))
		name.end++;
	r->at = name.end;
	skip_blanks(r);
	if (r->at < r->end && (*r->at == '@' || *r->at == '\''))
		return unknown(r);
	how = symbols_value(r->symbols, name, &value);
	if (how > r->how)
		r->how = how;
	return value;
}

/* The character constant that begins with the quote. */
static int64_t character(struct reader *r)
{
	const char *p = r->at + 1;

	r->at = skip_quoted(r->at, r->end);
	return p < r->end && *p != '\\' ? (unsigned char)*p : unknown(r);
}

static int64_t unary(struct reader *r)
{
	int64_t value;
	char c;

	skip_blanks(r);
	if (r->at >= r->end || ++r->depth > DEPTH_MAX)
		return unknown(r);
	c = *r->at;
	if (c >= '0' && c <= '9')
		return number(r);
	if (c == '\'')
		return character(r);
	if (is_name_char(c))
		return symbol(r);
	if (!strchr("(-+~!", c))
		return unknown(r);
	r->at++;
	if (c == '(') {
		value = binary(r, 1);
		skip_blanks(r);
		if (r->at >= r->end || *r->at++ != ')')
			return unknown(r);
		return value;
	}
	value = unary(r);
	if (c != '+' && c != '-' && r->how == EXPRESSION_RELATIVE)
		return unknown(r);
	return c == '-'	  ? (int64_t)(0 - (uint64_t)value)
	       : c == '~' ? ~value
	       : c == '!' ? !value
			  : value;
}

static const struct operator* find_operator(const struct reader *r)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t length = strlen(operators[i].text);

		if ((size_t)(r->end - r->at) >= length &&
		    memcmp(r->at, operators[i].text, length) == 0)
			return &operators[i];
	}
	return NULL;
}

static int64_t compare(const char *text, int64_t a, int64_t b)
{
	bool equal = a == b, less = a < b;

	switch (text[0]) {
	case '=':
		return -equal;
	case '!':
		return -!equal;
	case '<':
		return text[1] == '>' ? -!equal : -(less || (text[1] == '=' && equal));
	default:
		return -((!less && !equal) || (text[1] == '=' && equal));
	}
}

static int64_t divide(struct reader *r, char sign, int64_t a, int64_t b)
{
	if (b == 0 || b == -1)
		return b == 0 ? unknown(r) : sign == '/' ? (int64_t)(0 - (uint64_t)a) : 0;
	return sign == '/' ? a / b : a % b;
}

static int64_t apply(struct reader *r, const struct operator* op, int64_t a, int64_t b)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;

	switch (op->rank) {
	case 1:
		return a || b;
	case 2:
		return a && b;
	case 3:
		return compare(op->text, a, b);
	case 4:
		return (int64_t)(op->text[0] == '+' ? x + y : x - y);
	case 5:
		return op->text[0] == '&'   ? a & b
		       : op->text[0] == '^' ? a ^ b
		       : op->text[0] == '|' ? a | b
					    : a | ~b;
	default:
		break;
	}
	if (op->text[0] == '*')
		return (int64_t)(x * y);
	if (op->text[0] == '/' || op->text[0] == '%')
		return divide(r, op->text[0], a, b);
	if (y > 63)
		return unknown(r);
	return op->text[0] == '<' ? (int64_t)(x << y) : (int64_t)(x >> y);
}

/* Operators of this rank and above; all bind to the left. */
static int64_t binary(struct reader *r, unsigned int rank)
{
	int64_t left = unary(r);

	for (;;) {
		const struct operator* op;
		int64_t right;

		skip_blanks(r);
		op = find_operator(r);
		if (!op || op->rank < rank)
			return left;
		r->at += strlen(op->text);
		right = binary(r, op->rank + 1u);
		if (op->rank != 4 && r->how == EXPRESSION_RELATIVE)
			return unknown(r);
		left = apply(r, op, left, right);
	}
}

enum expression expression_evaluate(const struct symbols *s, struct span text, int64_t *value)
{
	struct reader r = {.symbols = s, .at = text.begin, .end = text.end};

	*value = binary(&r, 1);
	skip_blanks(&r);
	return r.at < r.end ? EXPRESSION_UNKNOWN : r.how;
}
