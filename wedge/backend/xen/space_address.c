/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space_address.c - operations on one address of a space: the guest's invlpg, a fault where the
 * shadow lacks what the guest's tables allow, and code that is held back.
 *
 * Invariant: when the guest goes on, no translation that it has invalidated is stale. If one that
 * it has not invalidated is gone from the tables, `stale` (xen.h) is set.
 */
#include <wedge/arch.h>
#include <wedge/log.h>
#include "space.h"

/* ---- invlpg ---- */

unsigned int space_invalidate_in(struct shadow *top, uint64_t va)
{
	unsigned int highest = 0;

	for (struct shadow *s = top; s; s = shadow_child(s, space_index(va, s->level))) {
		if (shadow_update(s, space_index(va, s->level), false) && !highest)
			highest = s->level;
	}
	return highest;
}

/*
 * The guest's invlpg may cover a large page that Xen's tables split: then only a whole flush is
 * enough. If nothing changed, a fault nearby or an invlpg of an alias may have corrected the entry
 * before: then `stale` is set.
 */
static void flush_page(struct vcpu *v, uint64_t va, unsigned int changed)
{
	if (changed > 1) {
		space_flush_tlb(v);
	} else if (changed || xen_of(v)->stale) {
		xen_of(v)->stale |= changed && views_have_alias(space_current(), va);
		vcpu_count(v, COUNT_TLB_PAGES);
		update_extended(MMUEXT_INVLPG_LOCAL, va);
	}
}

void backend_space_invalidate(struct vcpu *v, uint64_t va)
{
	unsigned int changed = 0, level;
	bool emptied = false;

	vcpu_count(v, COUNT_SPACE_INVALIDATIONS);
	do {
		level = views_invalidate(space_current(), va);
		changed = level > changed ? level : changed;
	} while (space_make_room(space_current(), &emptied));
	if (changed && space_is_kernel(va))
		arch_forget_stacks(v);
	update_flush();
	flush_page(v, va, changed);
}

/* ---- paths ---- */

/* True if an entry that replaces another leads elsewhere or allows less. */
static bool takes_away(uint64_t before, uint64_t now)
{
	return ((before ^ now) & X86_PTE_ADDRESS) ||
	       (before & ~now & (X86_PTE_W | X86_PTE_U | X86_PTE_D)) ||
	       (now & ~before & X86_PTE_NX);
}

static void fill_leaf(struct shadow *s, unsigned int index, struct space_changes *changes)
{
	uint64_t before = s->seen[index];

	changes->own |= shadow_update(s, index, true) && takes_away(before, s->seen[index]);
}

/*
 * True if the leaf is present and right. A leaf of a split large page has no guest's entry to
 * compare.
 */
static bool is_done(const struct shadow *s, unsigned int index)
{
	return shadow_present(s, index) &&
	       (s->source != SHADOW_OF_TABLE || shadow_unchanged(s, index));
}

/* Makes the path present from a table down; returns true if it ends in a leaf. */
static bool fill_below(struct shadow *s, uint64_t va, struct space_changes *changes)
{
	for (;;) {
		unsigned int index = space_index(va, s->level);
		struct shadow *below;

		if (s->level == 1)
			fill_leaf(s, index, changes);
		else
			space_note_change(changes, shadow_update(s, index, true) ? s->level : 0);
		below = shadow_child(s, index);
		if (!below)
			return shadow_present(s, index);
		s = below;
	}
}

bool space_fill_path(struct shadow *top, uint64_t va, struct space_changes *changes)
{
	struct shadow *s = top, *below;
	unsigned int index = space_index(va, s->level);

	while ((below = shadow_child(s, index)) && shadow_unchanged(s, index)) {
		s = below;
		index = space_index(va, s->level);
	}
	return !is_done(s, index) && fill_below(s, va, changes);
}

/* CR0.WP is 0, and the kernel writes to a read-only page. */
static void fill_forced(struct shadow *top, uint64_t va)
{
	update_flush();
	for (struct shadow *s = top; s; s = shadow_child(s, space_index(va, s->level))) {
		if (shadow_present(s, space_index(va, s->level)))
			shadow_allow_write(s, space_index(va, s->level));
	}
}

/* The kernel view's last table on the path to an address; *index receives the address's place in
 * it. */
static struct shadow *last_table(const struct space *sp, uint64_t va, unsigned int *index)
{
	struct shadow *s = sp->kernel, *below;

	for (;; s = below) {
		*index = space_index(va, s->level);
		below = shadow_child(s, *index);
		if (!below)
			return s;
	}
}

/* ---- what is near a page of the kernel ---- */

/*
 * Xen pushes frames on the kernel's stack, and if a page of that is absent, the domain ends.
 * Kernels touch a new stack with a mov before they run on it, so that fault brings all of the
 * stack.
 *
 * RUN_PAGES are twice Linux's largest stack, that of a kernel with KASAN.
 */
enum { RUN_PAGES = 16, MAY_WRITE = X86_PTE_P | X86_PTE_W };

#define BLOCK ((uint64_t)ENTRIES * PAGE) /* what one last-level table maps */

/*
 * Fills the writable pages from `va` on, upwards or downwards, until the first that the guest does
 * not map so, such as a guard page. Only these of their table: its other pages are no part of the
 * run, and may be of another that goes on in a third table.
 */
static void fill_run(struct vcpu *v, uint64_t va, uint64_t step, struct space_changes *changes)
{
	struct space *sp = space_current();
	struct space_changes here = {0};
	struct guest_walk walk;

	for (unsigned int i = 0; i < RUN_PAGES; i++, va += step) {
		if (!space_is_kernel(va) || !guest_lookup(v, va, &walk) || !walk.writable)
			break;
		space_fill_path(sp->kernel, va, &here);
	}
	space_note_change(changes, here.own);
	space_note_change(changes, here.others);
}

/*
 * A fault of the kernel's on a page of 4 KiB fills all of that last-level table which the guest has
 * mapped, and what of a run of pages is in the tables beside it.
 */
static void fill_near(struct vcpu *v, uint64_t va, struct space_changes *changes)
{
	uint64_t first = va - va % BLOCK;
	unsigned int index;
	struct shadow *s = last_table(space_current(), va, &index);

	if (!shadow_may_hold_stack(s))
		return;
	space_note_change(changes, shadow_fill_leaves(s));
	if ((s->seen[0] & MAY_WRITE) == MAY_WRITE)
		fill_run(v, first - PAGE, -(uint64_t)PAGE, changes);
	if ((s->seen[ENTRIES - 1] & MAY_WRITE) == MAY_WRITE)
		fill_run(v, first + BLOCK, PAGE, changes);
}

/* ---- faults ---- */

/*
 * Where the guest has no memory it only reads (shadow.c), and by pages of 4 KiB: kernels map such
 * places by large pages too while they start, without using them, and each of those would cost a
 * table.
 */
static void check_memory(uint64_t va, const struct guest_walk *walk)
{
	uint64_t page = walk->address / PAGE;
	const char *how = NULL;

	if (memory_is_guest(page))
		return;
	if (walk->access & X86_PF_WRITE)
		how = "writes to";
	else if (walk->access & X86_PF_FETCH)
		how = "executes";
	else if (walk->leaf > 1)
		how = "reads by a large page";
	if (how)
		wedge_fatal("the guest %s %llx, which it maps to guest-physical %llx, where it has "
			    "no memory",
			    how, (unsigned long long)va, (unsigned long long)walk->address);
}

bool backend_space_fill(struct vcpu *v, uint64_t va, const struct guest_walk *walk)
{
	bool lacked = walk->forced, emptied = false;
	struct space_changes changes = {0};

	check_memory(va, walk);
	vcpu_count(v, COUNT_SPACE_FILLS);
	do {
		lacked |= views_fill(space_current(), va, walk, vcpu_in_user(v), &changes);
		if (lacked && (space_is_kernel(va) || views_mix(space_current(), walk)))
			fill_near(v, va, &changes);
	} while (space_make_room(space_current(), &emptied));
	if (walk->forced)
		fill_forced(space_current()->kernel, va);
	update_flush();
	/*
	 * A later invalidation of these by the guest will find nothing to correct, so note them
	 * now.
	 */
	if (changes.others > 1)
		space_flush_tlb(v);
	else if (changes.others || (changes.own && views_have_alias(space_current(), va)))
		xen_of(v)->stale = true;
	return lacked;
}

/* ---- code that is held back ---- */

/*
 * By the entry and not by the mark: the page may have been seen by another address, whose entry was
 * made anew.
 */
bool backend_code_held(struct vcpu *v, uint64_t va)
{
	struct guest_walk walk;
	unsigned int index;
	const struct shadow *s = last_table(space_current(), va, &index);

	if ((XEN_VIEWS == 2 && s->role != SHADOW_KERNEL) || s->level > 2)
		return false;
	return shadow_present(s, index) && (shadow_value(s, index) & X86_PTE_NX) &&
	       guest_lookup(v, va, &walk) && !walk.no_execute &&
	       memory_is_guest(walk.address / PAGE);
}

void backend_code_release(struct vcpu *v, uint64_t va)
{
	struct guest_walk walk;
	unsigned int index;
	struct shadow *s = last_table(space_current(), va, &index);

	if (guest_lookup(v, va, &walk))
		memory_set_code_seen(walk.address / PAGE);
	/* A large page of which the kernel now executes the first piece gets a table for its
	 * pieces. */
	if (s->level == 2)
		shadow_outdate(s, index);
	backend_space_invalidate(v, va);
}
