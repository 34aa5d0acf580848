/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.h - an address space of the guest's, for space.c and space_address.c.
 *
 * Invariant: see space.c.
 */
#ifndef WEDGE_BACKEND_XEN_SPACE_H
#define WEDGE_BACKEND_XEN_SPACE_H

#include "shadow.h"

enum { MIDDLE = ENTRIES / 2 }; /* entries of a top-level table: from here on, the kernel's half */

struct space {
	uint64_t guest; /* page of the guest's top-level table */
	struct shadow *kernel;
	struct shadow *user; /* NULL: the space is unused */
	bool split;
	uint64_t used;	 /* when it was loaded last */
	uint64_t locals; /* shadow_locals() when the kernel's half was last compared as a whole */
};

/* The loaded one, of the processor that asks: the vCPU's address is mapped on each to its own. */
static inline struct space *space_current(void)
{
	return xen_of(vcpu_this())->space;
}

static inline unsigned int space_index(uint64_t va, unsigned int level)
{
	return va >> (X86_PAGE_SHIFT + 9 * (level - 1)) & (ENTRIES - 1);
}

static inline bool space_is_high(uint64_t va)
{
	return va >> 63;
}

/* The kernel view's entry shares the user view's table, and was made from the same entry. */
bool space_is_shared(const struct space *sp, unsigned int n);

/* The kernel view must not go on sharing what the user view has given up, or has other rights to.
 * Returns true if it did. */
bool space_end_share(struct space *sp, unsigned int n);

/*
 * The last step of every operation. If the pool has refused a table, gives up what was not used for
 * longest, and returns true: the operation must be done again from its start. `wanted` is the space
 * that the operation is about, `emptied` false before the first attempt.
 */
bool space_make_room(struct space *wanted, bool *emptied);

/* Flushes the TLB: nothing is stale any more. */
void space_flush_tlb(struct vcpu *v);

#endif /* WEDGE_BACKEND_XEN_SPACE_H */
