/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout.c - see layout.h.
 *
 * Invariant: only code counts. A kernel's file has segments elsewhere: Linux's data of each
 * processor is linked at 0 and never used there.
 */
#include "layout.h"

enum { GIB_SHIFT = 30, GIBS = 512 };

struct layout layout_of(uint64_t first, uint64_t last)
{
	uint64_t gib = first >> GIB_SHIFT;

	if (!gib || gib >= GIBS || last >> GIB_SHIFT != gib)
		return (struct layout){.first = LAYOUT_UPPER_FIRST};
	return (struct layout){.first = LAYOUT_LOW_FIRST, .image = (unsigned int)gib};
}
