/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xen_views.h - a space of a 32-bit kernel (views.c). space.h includes this; each width has a
 * header of this name.
 */
#ifndef WEDGE_XEN_VIEWS_H
#define WEDGE_XEN_VIEWS_H

#include "../../../shadow.h"

enum { VIEWS_PROGRAM_PARTS = 2 }; /* of a directory: its lower half is the programs' */

struct space {
	uint64_t guest;	       /* page of the guest's directory */
	struct shadow *kernel; /* the root (roots.h); NULL: unused */
	struct shadow *programs[VIEWS_PROGRAM_PARTS];
	uint64_t used; /* when it was loaded last */
};

static inline bool views_in_use(const struct space *sp)
{
	return sp->kernel;
}

/* A directory of the wedge's, which stands for the guest's while it has paging off. */
uint64_t views_start_table(void);

/* The directory that the guest has loaded. */
static inline uint64_t views_top_table(const struct vcpu *v)
{
	return v->cr[0] & X86_CR0_PG ? (v->cr[3] & 0xfffff000) / PAGE : views_start_table();
}

/* The kernel's pages may be anywhere. */
static inline bool views_mix(const struct space *sp, const struct guest_walk *walk)
{
	(void)sp;
	return !walk->user;
}

/* True if an address is in the upper half of the guest's directory, which all spaces share. */
static inline bool space_is_kernel(uint64_t va)
{
	return va >> 31 & 1;
}

#endif /* WEDGE_XEN_VIEWS_H */
