/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bits.h - bits of 64-bit words, without a compiler's library.
 */
#ifndef WEDGE_LIB_BITS_H
#define WEDGE_LIB_BITS_H

#include <stdint.h>

/* The number of the lowest bit that is set; n is not 0. */
static inline unsigned int u64_lowest_bit(uint64_t n)
{
#ifdef __i386__
	uint32_t low = (uint32_t)n;

	return low ? (unsigned int)__builtin_ctz(low)
		   : 32 + (unsigned int)__builtin_ctz((uint32_t)(n >> 32));
#else
	return (unsigned int)__builtin_ctzll(n);
#endif
}

#endif
