/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * muldiv.h - exact 64-bit scaling by a fraction of 32-bit numbers, for converting clocks.
 *
 * It needs no compiler library: on a machine without 64-bit division it takes two steps of the 64
 * by 32 bit division. With constant divisors a 64-bit compiler turns the divisions into products.
 */
#ifndef WEDGE_LIB_MULDIV_H
#define WEDGE_LIB_MULDIV_H

#include <stdint.h>

/* n / d, and n % d in *remainder. d is not 0. */
static inline uint64_t u64_div(uint64_t n, uint32_t d, uint32_t *remainder)
{
#ifdef __i386__
	uint32_t high = (uint32_t)(n >> 32), low = (uint32_t)n;
	uint32_t quotient = high / d;

	high %= d;
	__asm__("divl %4" : "=a"(low), "=d"(high) : "0"(low), "1"(high), "rm"(d) : "cc");
	*remainder = high;
	return (uint64_t)quotient << 32 | low;
#else
	*remainder = (uint32_t)(n % d);
	return n / d;
#endif
}

/* n % d. d is not 0. */
static inline uint32_t u64_mod(uint64_t n, uint32_t d)
{
	uint32_t remainder;

	u64_div(n, d, &remainder);
	return remainder;
}

/* The integer part of n * mul / div, exact while the result fits in 64 bits. div is not 0. */
static inline uint64_t u64_muldiv(uint64_t n, uint32_t mul, uint32_t div)
{
	uint32_t rest, ignored;
	uint64_t whole = u64_div(n, div, &rest);

	return whole * mul + u64_div((uint64_t)rest * mul, div, &ignored);
}

/* The integer part of n * mul / 2^32, exact while the result fits in 64 bits. */
static inline uint64_t u64_mul_fraction(uint64_t n, uint32_t mul)
{
#ifdef __i386__
	return (n >> 32) * mul + ((uint64_t)(uint32_t)n * mul >> 32);
#else
	return (uint64_t)((unsigned __int128)n * mul >> 32);
#endif
}

/* The same as u64_muldiv(), rounded up: the least n' with u64_muldiv(n', div, mul) >= n. */
static inline uint64_t u64_muldiv_up(uint64_t n, uint32_t mul, uint32_t div)
{
	uint32_t rest, over;
	uint64_t whole = u64_div(n, div, &rest);
	uint64_t part = u64_div((uint64_t)rest * mul, div, &over);

	return whole * mul + part + (over != 0);
}

#endif
