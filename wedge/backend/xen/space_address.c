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

/* How many entries lead to a table from this address: both views' mixed tables may. */
static unsigned int links_here(const struct space *sp, uint64_t va, const struct shadow *s)
{
	const struct shadow *kernel = space_mixed(sp), *user = shadow_child(sp->user, 0);
	unsigned int n = space_index(va, 3);

	if (!kernel || s->level != 2 || space_index(va, 4) != 0)
		return 1;
	return (shadow_child(kernel, n) == s) + (user && shadow_child(user, n) == s);
}

/*
 * Can another address use a table of this path? Then a correction for one is one for both. Only
 * levels 1 and 2 count: at upper levels other spaces' links are the rule.
 */
static bool has_alias(const struct space *sp, const struct shadow *top, uint64_t va)
{
	for (const struct shadow *s = top; s; s = shadow_child(s, space_index(va, s->level))) {
		if (s->level < 3 && s->links > 1 && s->links > links_here(sp, va, s))
			return true;
	}
	return false;
}

static bool address_has_alias(const struct space *sp, uint64_t va)
{
	return has_alias(sp, sp->kernel, va) ||
	       (!space_is_kernel(va) && has_alias(sp, sp->user, va));
}

/* Corrects the path to one address in one tree; returns the highest level that changed, or 0. */
static unsigned int invalidate_in(struct shadow *s, uint64_t va)
{
	unsigned int highest = 0;

	for (; s; s = shadow_child(s, space_index(va, s->level))) {
		if (shadow_update(s, space_index(va, s->level), false) && !highest)
			highest = s->level;
	}
	return highest;
}

static unsigned int invalidate(struct space *sp, uint64_t va)
{
	unsigned int highest = invalidate_in(sp->kernel, va), user;

	if (space_hold_image(sp))
		highest = 4;
	if (space_is_kernel(va))
		return highest;
	user = invalidate_in(sp->user, va);
	if (space_end_share(sp, space_index(va, 4)))
		return 4;
	return user > highest ? user : highest;
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
		xen_of(v)->stale |= changed && address_has_alias(space_current(), va);
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
		level = invalidate(space_current(), va);
		changed = level > changed ? level : changed;
	} while (space_make_room(space_current(), &emptied));
	if (changed && space_is_kernel(va))
		arch_forget_stacks(v);
	update_flush();
	flush_page(v, va, changed);
}

/* ---- paths ---- */

/* What a fill has changed or taken away: its own leaf; the highest level of others, or 0. */
struct changes {
	bool own;
	unsigned int others;
};

static void note_change(struct changes *changes, unsigned int level)
{
	if (level > changes->others)
		changes->others = level;
}

/*
 * The processor may still go through a mixed table that is cleared here, and with it to the stack:
 * that counts as a change, which is flushed.
 */
static void split(struct space *sp, struct changes *changes)
{
	xen_count(COUNT_SPACES_SPLIT);
	for (unsigned int i = 0; i < xen.layout.first; i++) {
		if (shadow_child(sp->kernel, i))
			shadow_clear(sp->kernel, i);
	}
	if (sp->kernel->place == SHADOW_MIXED)
		note_change(changes, 4);
	sp->kernel->place = SHADOW_PLAIN;
	sp->split = true;
}

/* True if an entry that replaces another leads elsewhere or allows less. */
static bool takes_away(uint64_t before, uint64_t now)
{
	return ((before ^ now) & X86_PTE_ADDRESS) ||
	       (before & ~now & (X86_PTE_W | X86_PTE_U | X86_PTE_D)) ||
	       (now & ~before & X86_PTE_NX);
}

static void fill_leaf(struct shadow *s, unsigned int index, struct changes *changes)
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
static bool fill_below(struct shadow *s, uint64_t va, struct changes *changes)
{
	for (;;) {
		unsigned int index = space_index(va, s->level);
		struct shadow *below;

		if (s->level == 1)
			fill_leaf(s, index, changes);
		else
			note_change(changes, shadow_update(s, index, true) ? s->level : 0);
		below = shadow_child(s, index);
		if (!below)
			return shadow_present(s, index);
		s = below;
	}
}

/*
 * Makes the path to one address present in one tree, from the first entry that is absent or differs
 * from the guest's. Returns false if there is none.
 */
static bool fill_path(struct shadow *top, uint64_t va, struct changes *changes)
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

/* Lets the kernel view hook the user view's table, with the same rights. */
static void share(struct space *sp, unsigned int top, struct shadow *shared)
{
	shadow_clear(sp->kernel, top);
	shared->links++;
	update_flush();
	update_entry(sp->kernel->page, top, shadow_value(sp->user, top));
	sp->kernel->children[top] = shared;
	sp->kernel->seen[top] = sp->user->seen[top];
}

/*
 * Fills a user page in the user view. The kernel view shares the table unless the space is split,
 * or the table is mixed: then those below are shared.
 */
static bool fill_user(struct space *sp, uint64_t va, struct changes *changes)
{
	unsigned int top = space_index(va, 4);
	bool lacked = fill_path(sp->user, va, changes);
	struct shadow *shared = shadow_child(sp->user, top);

	if (sp->split)
		return lacked;
	if (top == 0 && space_mixed(sp))
		return lacked | fill_path(sp->kernel, va, changes);
	if (!shared || space_is_shared(sp, top))
		return lacked;
	note_change(changes, shadow_child(sp->kernel, top) ? 4 : 0);
	share(sp, top, shared);
	return true;
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
static void fill_run(struct vcpu *v, uint64_t va, uint64_t step, struct changes *changes)
{
	struct space *sp = space_current();
	struct changes here = {0};
	struct guest_walk walk;

	for (unsigned int i = 0; i < RUN_PAGES; i++, va += step) {
		if (!space_is_kernel(va) || !guest_lookup(v, va, &walk) || !walk.writable)
			break;
		fill_path(sp->kernel, va, &here);
	}
	note_change(changes, here.own);
	note_change(changes, here.others);
}

/*
 * A fault of the kernel's on a page of 4 KiB fills all of that last-level table which the guest has
 * mapped, and what of a run of pages is in the tables beside it.
 */
static void fill_near(struct vcpu *v, uint64_t va, struct changes *changes)
{
	uint64_t first = va - va % BLOCK;
	unsigned int index;
	struct shadow *s = last_table(space_current(), va, &index);

	if (!shadow_may_hold_stack(s))
		return;
	note_change(changes, shadow_fill_leaves(s));
	if ((s->seen[0] & MAY_WRITE) == MAY_WRITE)
		fill_run(v, first - PAGE, -(uint64_t)PAGE, changes);
	if ((s->seen[ENTRIES - 1] & MAY_WRITE) == MAY_WRITE)
		fill_run(v, first + BLOCK, PAGE, changes);
}

/* ---- faults ---- */

/* Makes both views allow what the guest's tables allow; returns true if one did not. */
static bool fill(struct space *sp, uint64_t va, const struct guest_walk *walk, bool user_runs,
		 struct changes *changes)
{
	bool lacked = false;

	if (!space_is_kernel(va) && (!walk->user || walk->forced) && !sp->split)
		split(sp, changes);
	note_change(changes, space_hold_image(sp) ? 4 : 0);
	if (space_is_kernel(va))
		return fill_path(sp->kernel, va, changes);
	if (walk->user)
		lacked |= fill_user(sp, va, changes);
	if (sp->split && !user_runs)
		lacked |= fill_path(sp->kernel, va, changes);
	return lacked;
}

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
		wedge_fatal("the guest %s %lx, which it maps to guest-physical %lx, where it has "
			    "no memory",
			    how, va, walk->address);
}

bool backend_space_fill(struct vcpu *v, uint64_t va, const struct guest_walk *walk)
{
	bool lacked = walk->forced, emptied = false;
	struct changes changes = {0};

	check_memory(va, walk);
	vcpu_count(v, COUNT_SPACE_FILLS);
	do {
		lacked |= fill(space_current(), va, walk, vcpu_in_user(v), &changes);
		if (lacked && (space_is_kernel(va) || space_current()->split))
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
	else if (changes.others || (changes.own && address_has_alias(space_current(), va)))
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

	if (s->role != SHADOW_KERNEL || s->level > 2)
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
