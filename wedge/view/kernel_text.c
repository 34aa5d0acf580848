/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_text.c - which pages hold the kernel's own code (view.h).
 *
 * Invariant: only pages of segments that the packed kernel may execute count.
 */
#include <afterburn/bundle.h>
#include <wedge/backend.h>
#include <wedge/log.h>
#include "view.h"

static uint64_t *words; /* a bit for each guest-physical page; NULL: nothing is noted yet */

static void note_segment(const struct afterburn_bundle_segment *s)
{
	for (uint64_t at = 0; at < s->mem_size; at += X86_PAGE_SIZE) {
		uint64_t page = (s->paddr + at) / X86_PAGE_SIZE;

		if (page < backend_memory_pages())
			words[page / 64] |= 1ull << page % 64;
	}
}

void view_note_kernel_text(const struct afterburn_wedge_header *bundle)
{
	words = backend_allocate((size_t)(backend_memory_pages() + 63) / 64 * 8);
	if (!words)
		wedge_fatal("the wedge's heap is too small for its own tables");
	for (unsigned int i = 0; i < bundle->segment_count; i++)
		if (bundle->segments[i].flags & AFTERBURN_SEGMENT_EXECUTE)
			note_segment(&bundle->segments[i]);
}

bool view_is_kernel_text(uint64_t page)
{
	return words && page < backend_memory_pages() && (words[page / 64] >> page % 64 & 1);
}
