/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decimal.c - see decimal.h.
 *
 * Invariant: the remainder times ten fits a word: divisors stay below 2^28.
 */
#include "decimal.h"
#include "console.h"

void decimal_print(word dividend, word divisor, unsigned int decimals)
{
	word rest = dividend % divisor;
	const char *point = ".";

	console_print("%lu", dividend / divisor);
	for (; decimals && rest; decimals--) {
		rest *= 10;
		console_print("%s%lu", point, rest / divisor);
		rest %= divisor;
		point = "";
	}
}
