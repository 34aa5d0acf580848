/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.c - address spaces: for each top-level table of the guest, the two views that Xen switches
 * between, kernel and user (backend.h's shadow MMU on top of shadow.c).
 *
 * Below the middle of the address space both views hook the same tables of role SHADOW_USER. A
 * guest that maps supervisor pages there (early boot, text patching) gets SHADOW_KERNEL tables in
 * its kernel view instead: the space is "split".
 *
 * Invariant: the user view holds SHADOW_USER tables and nothing above the middle, so neither kernel
 * nor wedge can be named by user code.
 */
#include <wedge/arch.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "shadow.h"

enum { SPACES = 48, MIDDLE = ENTRIES / 2 };

struct space {
	uint64_t guest; /* page of the guest's top-level table */
	struct shadow *kernel;
	struct shadow *user;
	bool split;
	uint64_t used; /* when it was loaded last */
};

static struct space spaces[SPACES];

/* Of the processor that asks: the vCPU's address is mapped on each to its own. */
static struct space *current(void)
{
	return xen_of((const struct vcpu *)WEDGE_VCPU_BASE)->space;
}

static unsigned int index_of(uint64_t va, unsigned int level)
{
	return va >> (X86_PAGE_SHIFT + 9 * (level - 1)) & (ENTRIES - 1);
}

static bool is_high(uint64_t va)
{
	return va >> 63;
}

/* Hooks an overlay table that stands for nothing of the guest's. */
static void hook_own_table(struct shadow *s, unsigned int index)
{
	struct shadow *own =
		shadow_get(s->level - 1u, SHADOW_KERNEL, SHADOW_OF_NONE, SHADOW_OVERLAY, 0);

	own->links++;
	update_entry(s->page, index, xen_machine(own->page) | X86_PTE_P | X86_PTE_W | X86_PTE_U);
	s->children[index] = own;
}

/*
 * The way to the wedge's own addresses must be there even where the guest has no entry: the last
 * entry of the top-level table, and the last of the one below it.
 */
static void hook_wedge(struct space *sp)
{
	struct shadow *s = sp->kernel;

	while (s->level > 2) {
		shadow_update(s, ENTRIES - 1, true);
		if (!shadow_child(s, ENTRIES - 1))
			hook_own_table(s, ENTRIES - 1);
		s = shadow_child(s, ENTRIES - 1);
	}
}

/* ---- which entries of the top-level tables follow the guest's ---- */

/* The kernel view must not go on sharing a table that the user view has given up. */
static bool end_share(struct space *sp, unsigned int n)
{
	const struct shadow *below = shadow_child(sp->kernel, n);

	if (!below || below->role != SHADOW_USER || below == shadow_child(sp->user, n))
		return false;
	shadow_clear(sp->kernel, n);
	return true;
}

/* The kernel view's entry either shares the user view's table or has one of its own. */
static bool sync_low_kernel(struct space *sp, unsigned int n)
{
	struct shadow *below = shadow_child(sp->kernel, n);
	bool changed;

	if (!below || below->role == SHADOW_USER)
		return end_share(sp, n);
	changed = shadow_update(sp->kernel, n, false);
	below = shadow_child(sp->kernel, n);
	return changed | (below && shadow_sync(below));
}

static bool sync_low(struct space *sp)
{
	bool changed = false;

	for (unsigned int i = 0; i < MIDDLE / 64; i++) {
		uint64_t bits = sp->user->present[i] | sp->kernel->present[i];

		for (; bits; bits &= bits - 1) {
			unsigned int n = i * 64 + (unsigned int)__builtin_ctzll(bits);
			struct shadow *below;

			changed |= shadow_update(sp->user, n, false);
			below = shadow_child(sp->user, n);
			if (below)
				changed |= shadow_sync(below);
			changed |= sync_low_kernel(sp, n);
		}
	}
	return changed;
}

/*
 * The kernel's half: a table that another space has filled serves this one from the start, so a
 * kernel stack that was present stays present across a switch.
 */
static bool sync_high(struct space *sp, bool deep)
{
	bool changed = false;

	/* The usual case costs one string compare: kernels hardly ever change this half. */
	if (!deep && !sp->kernel->local && shadow_unchanged_from(sp->kernel, MIDDLE))
		return false;
	for (unsigned int i = MIDDLE; i < ENTRIES; i++) {
		struct shadow *below;

		if (!shadow_unchanged(sp->kernel, i))
			changed |= shadow_update(sp->kernel, i, true);
		below = shadow_child(sp->kernel, i);
		if (below && (deep || below->local))
			changed |= shadow_sync(below);
	}
	hook_wedge(sp);
	return changed;
}

/* ---- spaces ---- */

static struct space *find(uint64_t guest)
{
	for (unsigned int i = 0; i < SPACES; i++) {
		if (spaces[i].kernel && spaces[i].guest == guest)
			return &spaces[i];
	}
	return NULL;
}

static void give_up(struct space *sp)
{
	xen_count(COUNT_SPACES_GIVEN_UP);
	shadow_drop(sp->kernel);
	shadow_drop(sp->user);
	sp->kernel = NULL;
	sp->user = NULL;
}

bool space_give_up_oldest(void)
{
	struct space *victim = NULL;

	for (unsigned int i = 0; i < SPACES; i++) {
		if (spaces[i].kernel && &spaces[i] != current() &&
		    (!victim || spaces[i].used < victim->used))
			victim = &spaces[i];
	}
	if (victim)
		give_up(victim);
	return victim;
}

static struct space *unused(void)
{
	for (unsigned int i = 0; i < SPACES; i++) {
		if (!spaces[i].kernel)
			return &spaces[i];
	}
	return NULL;
}

static struct space *make(uint64_t guest)
{
	struct space *sp = unused();

	xen_count(COUNT_SPACES_MADE);
	if (!sp) {
		space_give_up_oldest();
		sp = unused();
	}
	if (!memory_is_guest(guest))
		wedge_fatal("the guest loads CR3 with %lx, where it has no memory", guest * PAGE);
	*sp = (struct space){
		.guest = guest,
		.user = shadow_get(4, SHADOW_USER, SHADOW_OF_TABLE, SHADOW_PLAIN, guest),
	};
	/* Last: this marks the space as one that may be given up. */
	sp->kernel = shadow_get(4, SHADOW_KERNEL, SHADOW_OF_TABLE, SHADOW_PLAIN, guest);
	hook_wedge(sp);
	return sp;
}

/* Makes the current space's tables the processor's. */
static void switch_tables(const struct space *sp)
{
	xen_count(COUNT_SPACE_SWITCHES);
	update_load_tables(xen.p2m[sp->kernel->page], xen.p2m[sp->user->page]);
}

static void flush_tlb(void)
{
	xen_count(COUNT_TLB_FLUSHES);
	update_extended(MMUEXT_TLB_FLUSH_LOCAL, 0);
}

void backend_space_load(struct vcpu *v)
{
	uint64_t guest = (v->cr[3] & X86_PTE_ADDRESS) / PAGE;
	struct space *before = current(), *sp = find(guest);
	bool changed;

	if (!sp) {
		sp = make(guest);
		arch_forget_stacks(v);
	}
	xen_of(v)->space = sp;
	sp->used = vcpu_count(v, COUNT_SPACE_LOADS);
	shadow_new_round();
	changed = sync_low(sp);
	changed |= sync_high(sp, !(v->cr[4] & X86_CR4_PGE));
	update_flush();
	if (sp != before)
		switch_tables(sp);
	else if (changed)
		flush_tlb();
	arch_prepare_stack(v, v->gpr[X86_RSP]);
}

void backend_space_flush(struct vcpu *v)
{
	vcpu_count(v, COUNT_SPACE_FLUSHES);
	arch_forget_stacks(v);
	shadow_new_round();
	sync_low(current());
	sync_high(current(), true);
	flush_tlb();
}

/* ---- one address ---- */

/* Corrects the path to one address in one tree; returns true if something was changed. */
static bool invalidate_in(struct shadow *s, uint64_t va)
{
	bool changed = false;

	for (; s; s = shadow_child(s, index_of(va, s->level)))
		changed |= shadow_update(s, index_of(va, s->level), false);
	return changed;
}

void backend_space_invalidate(struct vcpu *v, uint64_t va)
{
	bool changed = invalidate_in(current()->kernel, va);

	vcpu_count(v, COUNT_SPACE_INVALIDATIONS);
	if (changed && is_high(va))
		arch_forget_stacks(v);
	if (!is_high(va)) {
		changed |= invalidate_in(current()->user, va);
		changed |= end_share(current(), index_of(va, 4));
	}
	update_flush();
	if (changed) {
		vcpu_count(v, COUNT_TLB_PAGES);
		update_extended(MMUEXT_INVLPG_LOCAL, va);
	}
}

static void split(struct space *sp)
{
	xen_count(COUNT_SPACES_SPLIT);
	for (unsigned int i = 0; i < MIDDLE; i++) {
		if (shadow_child(sp->kernel, i))
			shadow_clear(sp->kernel, i);
	}
	sp->split = true;
}

/*
 * One fault in a last-level table of the kernel brings all that the guest has put there meanwhile:
 * the next page touched may be a stack, where a fault is the end.
 */
static void fill_leaf(struct shadow *s, unsigned int index)
{
	shadow_update(s, index, true);
	if (s->role != SHADOW_KERNEL || s->source != SHADOW_OF_TABLE)
		return;
	for (unsigned int i = 0; i < ENTRIES; i++) {
		if (!shadow_unchanged(s, i))
			shadow_update(s, i, true);
	}
}

/* Tables along the path learn that there is a leaf which CR3 loads must look at. */
static void note_path(struct shadow *top, uint64_t va)
{
	const struct shadow *s = top;

	while (shadow_child(s, index_of(va, s->level)))
		s = shadow_child(s, index_of(va, s->level));
	if (!s->local)
		return;
	for (struct shadow *up = top; up; up = shadow_child(up, index_of(va, up->level)))
		up->local = true;
}

/*
 * Makes every level of the path present, from the top down. Tables that are hooked already are
 * trusted at first, as a processor trusts what it caches; if the leaf then turns out to be as it
 * should, the fault came from a table's own entry, and all are looked at. Returns whether it was
 * not.
 */
static bool fill_path(struct shadow *top, uint64_t va)
{
	struct shadow *s = top, *below;
	bool trusting = true;

	while (s) {
		unsigned int index = index_of(va, s->level);

		below = shadow_child(s, index);
		if (below && trusting) {
			s = below;
			continue;
		}
		if (trusting && s->level == 1 && shadow_present(s, index) &&
		    shadow_unchanged(s, index)) {
			trusting = false;
			s = top;
			continue;
		}
		if (s->level == 1)
			fill_leaf(s, index);
		else
			shadow_update(s, index, true);
		s = shadow_child(s, index);
	}
	note_path(top, va);
	return trusting;
}

/* CR0.WP is 0 and the kernel writes to a page that is read-only. */
static void fill_forced(struct shadow *top, uint64_t va)
{
	update_flush();
	for (struct shadow *s = top; s; s = shadow_child(s, index_of(va, s->level))) {
		if (shadow_present(s, index_of(va, s->level)))
			shadow_allow_write(s, index_of(va, s->level));
	}
}

/* A user page: the tree hangs below the user view, and below the kernel view unless that is split.
 */
static bool fill_user(struct space *sp, uint64_t va)
{
	unsigned int top = index_of(va, 4);
	bool lacked = fill_path(sp->user, va);
	struct shadow *shared = shadow_child(sp->user, top);

	if (sp->split || !shared || shadow_child(sp->kernel, top) == shared)
		return lacked;
	shadow_clear(sp->kernel, top);
	shared->links++;
	update_flush();
	update_entry(sp->kernel->page, top, shadow_value(sp->user, top));
	sp->kernel->children[top] = shared;
	return true;
}

bool backend_space_fill(struct vcpu *v, uint64_t va, const struct guest_walk *walk)
{
	bool lacked = walk->forced;

	if (!memory_is_guest(walk->address / PAGE))
		wedge_fatal("the guest maps %lx to guest-physical %lx, where it has no memory", va,
			    walk->address);
	vcpu_count(v, COUNT_SPACE_FILLS);
	if (is_high(va)) {
		lacked |= fill_path(current()->kernel, va);
	} else {
		if ((!walk->user || walk->forced) && !current()->split)
			split(current());
		if (walk->user)
			lacked |= fill_user(current(), va);
		if (current()->split && !vcpu_in_user(v))
			lacked |= fill_path(current()->kernel, va);
	}
	if (walk->forced)
		fill_forced(current()->kernel, va);
	update_flush();
	return lacked;
}

/* ---- code that is held back ---- */

/* The kernel view's leaf for an address; *index is its place. */
static struct shadow *leaf_table(uint64_t va, unsigned int *index)
{
	struct shadow *s = current()->kernel;

	while (s && s->level > 1)
		s = shadow_child(s, index_of(va, s->level));
	*index = index_of(va, 1);
	return s;
}

bool backend_code_held(struct vcpu *v, uint64_t va)
{
	struct guest_walk walk;
	unsigned int index;
	struct shadow *s = leaf_table(va, &index);

	if (!s || s->role != SHADOW_KERNEL || s->source != SHADOW_OF_TABLE)
		return false;
	return (s->present[index / 64] >> index % 64 & 1) && guest_lookup(v, va, &walk) &&
	       !walk.no_execute && !memory_code_seen(walk.address / PAGE);
}

void backend_code_release(struct vcpu *v, uint64_t va)
{
	struct guest_walk walk;

	if (guest_lookup(v, va, &walk))
		memory_set_code_seen(walk.address / PAGE, true);
	backend_space_invalidate(v, va);
}
