/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * physmap.h - what the physmap (xen_physmap.h) maps, for who sets it up.
 *
 * Invariant: slot n is the n-th 2 MiB from XEN_PHYSMAP on; the entry of the table above it is
 * physmap_entry(n) of the last part of the kernel's.
 */
#ifndef WEDGE_BACKEND_XEN_PHYSMAP_H
#define WEDGE_BACKEND_XEN_PHYSMAP_H

#include "../shadow.h"

enum { PHYSMAP_SLOTS = XEN_PHYSMAP_PAGES_MAX / ENTRIES };

/* So many blocks slide; backend_page() promises 64 pages. */
enum { PHYSMAP_SLIDING = 128 };

/*
 * Chooses what the first `count` slots map: all memory if they are enough. Else the last of them
 * are the heap's, `sliding` in front of these map in turns, and what comes first in memory,
 * `kept_pages` at least, stays. False: they are too few. The entries are the caller's to write.
 */
bool physmap_choose(unsigned int count, uint64_t kept_pages, unsigned int sliding);

/* How many slots map something; what a slot maps, by its number in the physmap's tables. */
unsigned int physmap_used(void);
unsigned int physmap_block(unsigned int slot);

static inline unsigned int physmap_entry(unsigned int slot)
{
	return TABLES_OWN_FIRST + 1 + slot;
}

#endif /* WEDGE_BACKEND_XEN_PHYSMAP_H */
