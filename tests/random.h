/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random.h - random numbers for tests.
 *
 * Invariant: a seed, which must not be 0, gives the same sequence everywhere (xorshift64).
 */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdint.h>

/* The next number; `seed` is the state of the sequence. */
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#endif /* TESTS_RANDOM_H */
