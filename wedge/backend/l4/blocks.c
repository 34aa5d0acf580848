/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blocks.c - see blocks.h.
 *
 * Invariant: the root program's own block is never given.
 */
#include "blocks.h"
#include "root/root.h"
#include "x2.h"

/* Descriptors that come later override those before (X.2, section 1.1). */
static bool is_conventional(uint32_t from)
{
	uint32_t list = x2_kip(X2_KIP_MEMORY), last = from + BLOCKS_BYTES - 1;
	const uint32_t *d = (const uint32_t *)(X2_KIP + (list >> 16));
	bool is = false;

	for (uint32_t i = 0; i < (list & 0xffff); i++, d += 2) {
		uint32_t low = d[0] & ~0x3ffu, high = d[1] | 0x3ff;

		if (X2_MEMORY_VIRTUAL(d[0]) || low > last || high < from)
			continue;
		is = X2_MEMORY_TYPE(d[0]) == X2_MEMORY_CONVENTIONAL && low <= from && high >= last;
	}
	return is;
}

bool blocks_take(uint32_t *from, uint32_t to)
{
	while (*from < X2_USER_END) {
		uint32_t at = *from;

		*from += BLOCKS_BYTES;
		if (at != ROOT_BASE && is_conventional(at) &&
		    x2_sigma0(X2_FPAGE(at, BLOCKS_LOG2) | X2_RIGHTS, X2_FPAGE(to, BLOCKS_LOG2),
			      X2_UTCB_AREA + X2_UTCB_POINTER))
			return true;
	}
	return false;
}
