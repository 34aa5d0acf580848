/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bytes.c - instructions that are written as numbers.
 *
 * Invariant: numbers are read as gas reads them (manual: Integers): 0x, 0b, leading 0 is octal.
 */
#include "bytes.h"

#include <afterburn/sites.h>

/* The number at *p; leaves *p behind it. Returns -1 if there is none or it exceeds a byte. */
static int take_byte(const char **p, const char *end)
{
	unsigned int base = 10, value = 0;
	const char *at = *p, *digits;

	if (end - at >= 2 && at[0] == '0') {
		char second = to_lower(at[1]);

		base = second == 'x' ? 16 : second == 'b' ? 2 : 8;
		at += base == 8 ? 0 : 2;
	}
	for (digits = at; at < end; at++) {
		char c = to_lower(*at);
		unsigned int digit;

		if (c >= '0' && c <= '9')
			digit = (unsigned int)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned int)(c - 'a') + 10;
		else
			break;
		if (digit >= base)
			return -1;
		value = value * base + digit;
		if (value > 0xff)
			return -1;
	}
	*p = at;
	return at == digits ? -1 : (int)value;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

int bytes_find(struct span operands, enum afterburn_code_mode mode)
{
	unsigned char code[AFTERBURN_INSN_MAX];
	struct afterburn_decoded decoded;
	unsigned int count = 0;
	const char *p = operands.begin;

	for (;;) {
		int value;

		p = skip_blanks(p, operands.end);
		value = take_byte(&p, operands.end);
		if (value < 0 || count == sizeof(code))
			return -1;
		code[count++] = (unsigned char)value;
		p = skip_blanks(p, operands.end);
		if (p == operands.end)
			break;
		if (*p++ != ',')
			return -1;
	}
	if (count < 2 || !afterburn_match(code, count, mode, &decoded) || decoded.length != count)
		return -1;
	return decoded.id;
}
