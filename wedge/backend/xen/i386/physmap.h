/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * physmap.h - what the physmap (xen_physmap.h) maps, for who sets it up.
 *
 * Invariant: slot n is the n-th 2 MiB from XEN_PHYSMAP on, in the last part of the kernel's of
 * every root.
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
 * `kept_pages` at least, stays. False: they are too few.
 */
bool physmap_choose(unsigned int count, uint64_t kept_pages, unsigned int sliding);

/*
 * Writes the wedge's own entries, the physmap's among them, into a table for the last part of the
 * kernel's, which is at `entries` and not Xen's yet; and has slides change that table too, from now
 * on and for ever.
 */
void physmap_fill(uint64_t *entries, uint64_t page);

#endif /* WEDGE_BACKEND_XEN_PHYSMAP_H */
