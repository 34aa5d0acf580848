/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.h - an address space of the guest: what space.c and space_address.c share.
 */
#ifndef WEDGE_BACKEND_XEN_SPACE_H
#define WEDGE_BACKEND_XEN_SPACE_H

#include "shadow.h"

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

/* The space that the calling processor has loaded: each processor maps its own vCPU. */
static inline struct space *space_current(void)
{
	return xen_of(vcpu_this())->space;
}

static inline unsigned int space_index(uint64_t va, unsigned int level)
{
	return va >> (X86_PAGE_SHIFT + 9 * (level - 1)) & (ENTRIES - 1);
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

/*
 * The last step of every operation. If the pool has refused a table, gives up the least recently
 * used space and returns true: the caller must do the operation again from its start. `wanted` is
 * the space of the operation; `emptied` is false before the first attempt.
 */
bool space_make_room(struct space *wanted, bool *emptied);

/* Gives up all spaces but the loaded one, with the tables that only they use. */
void space_keep_current(void);

/* Flushes the TLB, and notes that no stale translation is left. */
void space_flush_tlb(struct vcpu *v);

#endif /* WEDGE_BACKEND_XEN_SPACE_H */
