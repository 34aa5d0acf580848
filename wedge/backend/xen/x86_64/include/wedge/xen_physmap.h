/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xen_physmap.h - where a 64-bit wedge sees guest-physical pages: all at fixed addresses. xen.h
 * includes this; each width has a header of this name.
 */
#ifndef WEDGE_XEN_PHYSMAP_H
#define WEDGE_XEN_PHYSMAP_H

#include <stdint.h>
#include <wedge/backend_traits.h>

static inline void *xen_page(uint64_t page)
{
	return (void *)(uintptr_t)(XEN_PHYSMAP + page * 4096);
}

static inline void physmap_init(void)
{
}

#endif /* WEDGE_XEN_PHYSMAP_H */
