/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.h - an address space of the guest: what space.c and space_address.c share.
 */
#ifndef WEDGE_BACKEND_XEN_SPACE_H
#define WEDGE_BACKEND_XEN_SPACE_H

#include "shadow.h"

/* `struct space`, and what of it both widths ask, by one width's trees. */
#include <wedge/xen_views.h>

/* The space that the calling processor has loaded: each processor maps its own vCPU. */
static inline struct space *space_current(void)
{
	return xen_of(vcpu_this())->space;
}

/* ---- what the trees of a space are: views.c of the width ---- */

/*
 * Makes the tables without which a space cannot be loaded. False if the pool has none. The space is
 * in use (views_in_use) once it has one.
 */
bool views_make(struct space *sp);

/*
 * Makes all present entries agree with the guest's tables, and those of the kernel's present.
 * `deep` looks at all tables of the kernel's. Returns true if a translation was changed or taken
 * away.
 */
bool views_sync(struct space *sp, bool deep);

/* Has Xen use a space's trees; flushes the TLB. */
void views_load(const struct space *sp);

/* Takes away what user code needs, or everything. */
void views_empty(struct space *sp);
void views_give_up(struct space *sp);

/* ---- the same for one address: views_address.c ---- */

/* What a fill has changed or taken away: its own leaf; the highest level of others, or 0. */
struct space_changes {
	bool own;
	unsigned int others;
};

static inline void space_note_change(struct space_changes *changes, unsigned int level)
{
	if (level > changes->others)
		changes->others = level;
}

/* Corrects the path to an address; returns the highest level that changed, or 0. */
unsigned int views_invalidate(struct space *sp, uint64_t va);

/* Can another address use a table of this path? Then a correction for one is one for both. */
bool views_have_alias(const struct space *sp, uint64_t va);

/*
 * Makes the trees allow what the guest's tables allow at an address, as far as whoever runs needs
 * it; returns true if one did not.
 */
bool views_fill(struct space *sp, uint64_t va, const struct guest_walk *walk, bool user_runs,
		struct space_changes *changes);

/* ---- paths (space_address.c) ---- */

/* Corrects the path to one address in one tree; returns the highest level that changed, or 0. */
unsigned int space_invalidate_in(struct shadow *top, uint64_t va);

/*
 * Makes the path to one address present in one tree, from the first entry that is absent or differs
 * from the guest's. Returns false if there is none.
 */
bool space_fill_path(struct shadow *top, uint64_t va, struct space_changes *changes);

/* ---- space.c ---- */

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
