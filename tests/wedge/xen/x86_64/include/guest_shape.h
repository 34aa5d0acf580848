/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_shape.h - what the random guest (random_guest.h) is like if its kernel has 64 bits.
 *
 * Invariant: the same names for both widths.
 */
#ifndef TESTS_WEDGE_XEN_GUEST_SHAPE_H
#define TESTS_WEDGE_XEN_GUEST_SHAPE_H

#include "../../fake_guest.h"

enum {
	GUEST_LEVELS = 4,
	GUEST_INDEX_BITS = 9,
	KERNELS = 2,	     /* one in the upper half, a low one */
	STACK_SLOT = 400,    /* of the top-level tables: a stack of the kernel's, always there */
	LARGE_FIRST = 0x400, /* two large pages, the second with pages of the wedge's */
	HEAP_LEAST = 206,    /* pages: below, this guest may end for want of them */
	HEAP_TOO_SMALL = 164,
};

#define STACK_TOP (0xffffull << 48 | (uint64_t)STACK_SLOT << 39 | 2 * PAGE)

#define TOP(high, level4, level3, level2)                                                          \
	((uint64_t)(high) << 48 | (uint64_t)(level4) << 39 | (uint64_t)(level3) << 30 |            \
	 (uint64_t)(level2) << 21)

/* Addresses of last-level tables; the first five are programs'. */
static const uint64_t guest_places[KERNELS][9] = {
	{TOP(0, 0, 0, 0), TOP(0, 0, 0, 1), TOP(0, 0, 1, 0), TOP(0, 1, 0, 0), TOP(0, 255, 511, 511),
	 TOP(0xffff, 300, 0, 0), TOP(0xffff, 511, 510, 3), TOP(0xffff, 511, 511, 0),
	 TOP(0xffff, 511, 511, 400)},
	{TOP(0, 0, 0, 0), TOP(0, 0, 0, 1), TOP(0, 0, 2, 0), TOP(0, 1, 0, 0), TOP(0, 127, 511, 511),
	 TOP(0, 0, 1, 0), TOP(0, 0, 1, 400), TOP(0, 129, 0, 0), TOP(0, 236, 511, 3)},
};

/* From here on, entries of a top-level table are the kernel's. */
static inline unsigned int guest_kernel_first(void)
{
	return xen.layout.first;
}

/*
 * What the user view has of the kernel's tables, whatever the guest's entries allow: the entry of
 * the top-level table, ENTRIES for a low kernel's image, 0 for nothing. `low` is the image's entry
 * of the table below entry 0, or 0.
 */
static inline unsigned int guest_user_excess(unsigned int low)
{
	const uint64_t *top = fake_frame(fake_xen.user), *first;

	for (unsigned int i = low ? 128 : 256; i < ENTRIES; i++) {
		if (top[i])
			return i;
	}
	first = fake_frame((top[0] & X86_PTE_ADDRESS) / PAGE);
	return low && first && first[low] ? ENTRIES : 0;
}

#endif /* TESTS_WEDGE_XEN_GUEST_SHAPE_H */
