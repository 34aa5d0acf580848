/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * muldiv_test.c - clock conversion against 128-bit arithmetic.
 *
 * Invariant: every comparison is exact.
 */
#include "host.h"

#include <wedge/lib/muldiv.h>

__extension__ typedef unsigned __int128 u128;

static void agrees_with_128_bits(void **state)
{
	uint64_t seed = 0x6d756c;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		uint64_t n = next_random(&seed) >> (i & 63);
		uint32_t mul = (uint32_t)next_random(&seed) | 1,
			 div = (uint32_t)next_random(&seed) | 1;
		u128 product = (u128)n * mul;

		if (product / div <= UINT64_MAX)
			assert_true(u64_muldiv(n, mul, div) == (uint64_t)(product / div));
		product += div - 1;
		if (product / div <= UINT64_MAX)
			assert_true(u64_muldiv_up(n, mul, div) == (uint64_t)(product / div));
	}
}

static void divides_with_remainder(void **state)
{
	uint64_t seed = 0x646976;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		uint64_t n = next_random(&seed);
		uint32_t d = (uint32_t)next_random(&seed) >> (i & 31) | 1, rest;

		assert_true(u64_div(n, d, &rest) == n / d);
		assert_true(rest == n % d);
		assert_true(u64_mod(n, d) == n % d);
	}
}

/* A deadline computed from a clock is the first instant that shows the clock. */
static void rounding_up_inverts_rounding_down(void **state)
{
	uint64_t seed = 0x757064;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		uint64_t clock = next_random(&seed) >> (12 + (i & 31));
		uint64_t ns = u64_muldiv_up(clock, 1000000000, I8254_HZ);

		assert_true(u64_muldiv(ns, I8254_HZ, 1000000000) == clock);
		if (ns)
			assert_true(u64_muldiv(ns - 1, I8254_HZ, 1000000000) == clock - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_128_bits),
		cmocka_unit_test(divides_with_remainder),
		cmocka_unit_test(rounding_up_inverts_rounding_down),
	};

	return RUN_TAP(tests);
}
