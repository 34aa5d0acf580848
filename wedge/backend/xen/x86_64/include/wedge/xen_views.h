/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xen_views.h - a space of a 64-bit kernel: two trees, between which Xen switches (views.c).
 * space.h includes this; each width has a header of this name.
 */
#ifndef WEDGE_XEN_VIEWS_H
#define WEDGE_XEN_VIEWS_H

#include "../../../shadow.h"

struct space {
	uint64_t guest; /* page of the guest's top-level table */
	struct shadow *kernel;
	struct shadow *user;  /* NULL: the space is unused */
	struct shadow *image; /* kept while the tables above change: the stack may be below */
	bool split;
	uint64_t used;		 /* when it was loaded last */
	uint64_t kernel_changes; /* shadow_kernel_changes() when the kernel's half was last compared
				    as a whole */
};

static inline bool views_in_use(const struct space *sp)
{
	return sp->user;
}

/* The top-level table that the guest has loaded. */
static inline uint64_t views_top_table(const struct vcpu *v)
{
	return (v->cr[3] & X86_PTE_ADDRESS) / PAGE;
}

/* The kernel is started with tables of its own. */
static inline uint64_t views_start_table(void)
{
	return UINT64_MAX;
}

/* True if supervisor pages are also among the programs' addresses: their faults are the kernel's.
 */
static inline bool views_mix(const struct space *sp, const struct guest_walk *walk)
{
	(void)walk;
	return sp->split;
}

/* True if an address is the guest kernel's (layout.h); any other is a program's. */
static inline bool space_is_kernel(uint64_t va)
{
	const struct layout *l = &xen.layout;

	return space_index(va, 4) >= l->first ||
	       (l->image && space_index(va, 4) == 0 && space_index(va, 3) == l->image);
}

/* The table of the kernel's view below entry 0 if kernel and programs meet there, or NULL. */
static inline struct shadow *space_mixed(const struct space *sp)
{
	return xen.layout.image ? shadow_child(sp->kernel, 0) : NULL;
}

/*
 * Makes the kernel's own entry among the programs' present in the kernel's view, if the layout has
 * one: the kernel runs there, and may have its stack there. Part of every operation on the space
 * that may have cleared it. Returns true if a translation was changed or taken away.
 */
bool space_hold_low_image(struct space *sp);
static inline bool space_hold_image(struct space *sp)
{
	return xen.layout.image && space_hold_low_image(sp);
}

/* True if both views' entries point to one table and were made from the same guest's entry. */
bool space_is_shared(const struct space *sp, unsigned int n);

/*
 * Clears the kernel view's entry if it shares a table that the user view has given up or maps with
 * other rights. Returns true if so.
 */
bool space_end_share(struct space *sp, unsigned int n);

#endif /* WEDGE_XEN_VIEWS_H */
