/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xen_physmap.h - where a 32-bit wedge sees guest-physical pages. Its addresses may be too few for
 * all of a domain's memory: then blocks of 2 MiB are mapped in turns (physmap.c). xen.h includes
 * this; each width has a header of this name.
 *
 * Invariant: guest-physical addresses have 32 bits. A pointer stays good while fewer other blocks
 * are asked for than slide (physmap.h).
 */
#ifndef WEDGE_XEN_PHYSMAP_H
#define WEDGE_XEN_PHYSMAP_H

#include <stdint.h>
#include <wedge/backend_traits.h>

/* Pages below this number are mapped for ever, in their order. */
extern uint32_t physmap_fixed;

/* Before the first page is mapped in turn: Xen keeps the physmap's tables while nothing hooks them.
 */
void physmap_init(void);

/* Maps a page if it is not. */
void *physmap_page(uint64_t page);

static inline void *xen_page(uint64_t page)
{
	if ((uint32_t)page < physmap_fixed)
		return (void *)(XEN_PHYSMAP + (uintptr_t)page * 4096);
	return physmap_page(page);
}

#endif /* WEDGE_XEN_PHYSMAP_H */
