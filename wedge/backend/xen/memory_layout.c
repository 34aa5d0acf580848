/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory_layout.c - see memory_layout.h.
 *
 * Tables of the physmap take 1/512 of memory from the heap. What is left is for shadow tables, of
 * which one with its copy of the guest's entries takes two pages: 1/256 of what it maps. So the
 * heap of the largest domain still holds tables for 290 GiB of pages of 4 KiB, and kernels map most
 * of their memory by large pages, which need none.
 *
 * If memory goes on beyond 4 GiB, the heap ends there. The kernel then finds no memory where a PC
 * has its devices, and takes that hole for these.
 *
 * Invariant: the code runs before it has moved to where it is linked (boot.c).
 */
#include "memory_layout.h"

enum {
	PAGES_4_GIB = 0x100000,
	HEAP_MIN_PAGES = 3072,	  /* 12 MiB */
	HEAP_MAX_PAGES = 0x80000, /* 2 GiB */
	HEAP_SHARE = 16,
	HEAP_SHARE_ABOVE = 64,	/* of what is above 4 GiB */
	GUEST_MIN_PAGES = 8192, /* 32 MiB */
	TABLE_PAGES = 512,	/* that a last-level table of the physmap maps */
};

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t heap_size(uint64_t below, uint64_t above)
{
	uint64_t size = below / HEAP_SHARE + above / HEAP_SHARE_ABOVE;

	return size < HEAP_MIN_PAGES ? HEAP_MIN_PAGES : lesser(size, HEAP_MAX_PAGES);
}

uint64_t memory_layout_least(void)
{
	return HEAP_MIN_PAGES + GUEST_MIN_PAGES;
}

struct memory_layout memory_layout_of(uint64_t pages)
{
	struct memory_layout l = {.pages = lesser(pages, XEN_MEMORY_PAGES_MAX)};
	uint64_t below = lesser(l.pages, PAGES_4_GIB);

	if (pages < memory_layout_least())
		return (struct memory_layout){0};
	l.heap_end = below;
	l.heap = (below - heap_size(below, l.pages - below)) / TABLE_PAGES * TABLE_PAGES;
	return l;
}
