/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_shape.h - what the random guest (random_guest.h) is like if its kernel has 32 bits.
 *
 * Invariant: the same names for both widths.
 */
#ifndef TESTS_WEDGE_XEN_GUEST_SHAPE_H
#define TESTS_WEDGE_XEN_GUEST_SHAPE_H

#include "../../fake_guest.h"

enum {
	GUEST_LEVELS = 2,
	GUEST_INDEX_BITS = 10,
	KERNELS = 1,
	STACK_SLOT = 0x2c0, /* of the directories: a stack of the kernel's, always there */
	LARGE_FIRST = 0,    /* two large pages, the second with pages of the wedge's */
	HEAP_LEAST = 184,   /* pages: below, this guest may end for want of them */
	HEAP_TOO_SMALL = 164,
};

#define STACK_TOP ((uint64_t)STACK_SLOT << 22 | 2 * PAGE)

/*
 * Addresses of Xen's last-level tables, some of them halves of one of the guest's; the first five
 * are programs'.
 */
static const uint64_t guest_places[KERNELS][9] = {
	{0x00000000, 0x00200000, 0x00400000, 0x40000000, 0x7fe00000, 0x80000000, 0x80200000,
	 0xbfe00000, 0xc0c00000},
};

/* From here on, entries of a directory are the kernel's. */
static inline unsigned int guest_kernel_first(void)
{
	return 512;
}

/* One tree serves both, and U tells what is a program's: the model of the TLB has that. */
static inline unsigned int guest_user_excess(unsigned int low)
{
	(void)low;
	return 0;
}

#endif /* TESTS_WEDGE_XEN_GUEST_SHAPE_H */
