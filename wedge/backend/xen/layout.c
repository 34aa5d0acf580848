/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout.c - see layout.h.
 *
 * Invariant: only segments with code count. Linux has one for the data of each processor, which is
 * linked at 0 and never used there.
 */
#include <stdbool.h>
#include "layout.h"

enum { EXECUTABLE = 1, GIB_SHIFT = 30, GIBS = 512 }; /* PF_X of ELF */

static bool is_in_gib(const struct afterburn_bundle_segment *s, unsigned long long gib)
{
	return s->vaddr >> GIB_SHIFT == gib && (s->vaddr + (s->mem_size - 1)) >> GIB_SHIFT == gib;
}

struct layout layout_of(const struct afterburn_wedge_header *header)
{
	const struct layout upper = {.first = LAYOUT_UPPER_FIRST};
	unsigned long long gib = 0;

	for (unsigned int i = 0; i < header->segment_count; i++) {
		const struct afterburn_bundle_segment *s = &header->segments[i];

		if (!(s->flags & EXECUTABLE))
			continue;
		if (!gib)
			gib = s->vaddr >> GIB_SHIFT;
		if (!gib || gib >= GIBS || !is_in_gib(s, gib))
			return upper;
	}
	return gib ? (struct layout){.first = LAYOUT_LOW_FIRST, .image = (unsigned int)gib} : upper;
}
