/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * muldiv32.c - the division by hand of muldiv.h on i386, against the compiler's library.
 *
 * Stands alone, with its own TAP, because cmocka is not there in 32 bits.
 * Invariant: exits non-zero if any comparison failed.
 */
#include <stdint.h>
#include <stdio.h>

#include <wedge/lib/muldiv.h>

#include "../random.h"

#ifndef __i386__
#error "this test is for the 32-bit code path"
#endif

static int divides(uint64_t n, uint32_t d)
{
	uint32_t rest;
	uint64_t quotient = u64_div(n, d, &rest);

	return quotient == n / d && rest == n % d;
}

static unsigned random_failures(void)
{
	uint64_t seed = 0x333836;
	unsigned failures = 0;

	for (unsigned i = 0; i < 500000; i++) {
		uint64_t n = next_random(&seed) >> (i & 63);
		uint32_t d = (uint32_t)next_random(&seed) >> (i >> 6 & 31) | 1;

		failures += !divides(n, d);
	}
	return failures;
}

static unsigned edge_failures(void)
{
	static const uint32_t edges[] = {1, 2, 3, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
	const unsigned count = sizeof(edges) / sizeof(edges[0]);
	unsigned failures = 0;

	for (unsigned h = 0; h < count; h++)
		for (unsigned l = 0; l < count; l++)
			for (unsigned d = 0; d < count; d++)
				failures += !divides((uint64_t)edges[h] << 32 | edges[l], edges[d]);
	return failures;
}

static int report(int number, unsigned failures, const char *name)
{
	printf("%sok %d - %s\n", failures ? "not " : "", number, name);
	return failures != 0;
}

int main(void)
{
	int bad = 0;

	printf("1..2\n");
	bad |= report(1, random_failures(), "random 64 by 32 divisions");
	bad |= report(2, edge_failures(), "divisions at the edges");
	return bad;
}
