/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.c - address spaces: for each top-level table of the guest a kernel view and a user view,
 * between which Xen switches (backend.h's shadow MMU on top of shadow.c). Operations on a single
 * address are in space_address.c.
 *
 * Below the middle of the address space both views hook the same tables of role SHADOW_USER. A
 * guest that maps supervisor pages there (early boot, text patching) gets SHADOW_KERNEL tables in
 * its kernel view instead: the space is "split".
 *
 * If the pool refuses an operation a table, this file makes room by giving up another space and
 * does the operation again from its start. Filling and comparing can be repeated: the guest does
 * not run meanwhile.
 *
 * Invariant: the user view holds SHADOW_USER tables and nothing above the middle, so user code has
 * no address of kernel or wedge. No table that Xen has loaded is ever given up.
 */
#include <wedge/arch.h>
#include <wedge/log.h>
#include "space.h"
#include "table_pool.h"

enum { SPACES = 48 };

static struct space spaces[SPACES];

/* Hooks an overlay table that is made from no table of the guest. */
static void hook_own_table(struct shadow *s, unsigned int index)
{
	struct shadow *own =
		shadow_get(s->level - 1u, SHADOW_KERNEL, SHADOW_OF_NONE, SHADOW_OVERLAY, 0);

	if (!own)
		return;
	own->links++;
	update_entry(s->page, index, xen_machine(own->page) | X86_PTE_P | X86_PTE_W | X86_PTE_U);
	s->children[index] = own;
}

/*
 * The path to the wedge's own addresses must be present even if the guest has no entry there: the
 * last entry of the top-level table, and the last of the table below.
 */
static void hook_wedge(struct space *sp)
{
	struct shadow *s = sp->kernel;

	while (s && s->level > 2) {
		shadow_update(s, ENTRIES - 1, true);
		if (!shadow_child(s, ENTRIES - 1))
			hook_own_table(s, ENTRIES - 1);
		s = shadow_child(s, ENTRIES - 1);
	}
}

/* ---- which entries of the top-level tables follow the guest's ---- */

bool space_is_shared(const struct space *sp, unsigned int n)
{
	uint64_t different = sp->kernel->seen[n] ^ sp->user->seen[n];

	return shadow_child(sp->kernel, n) == shadow_child(sp->user, n) &&
	       !(different & ~(uint64_t)X86_PTE_A);
}

bool space_end_share(struct space *sp, unsigned int n)
{
	const struct shadow *below = shadow_child(sp->kernel, n);

	if (!below || below->role != SHADOW_USER || space_is_shared(sp, n))
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
		return space_end_share(sp, n);
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
 * Compares the kernel's half. Spaces share its tables, so a kernel stack that is present in one
 * space stays present after a switch to another.
 */
static bool sync_high(struct space *sp, bool deep)
{
	bool changed = false;

	/* A table has become `local` since: it may be one of this space's. */
	deep |= sp->locals != shadow_locals();
	/* Kernels hardly ever change this half, so the usual case is one string compare. */
	if (!deep && !sp->kernel->local && shadow_unchanged_from(sp->kernel, MIDDLE))
		return false;
	sp->locals = shadow_locals();
	for (unsigned int i = MIDDLE; i < ENTRIES; i++) {
		if (!shadow_unchanged(sp->kernel, i))
			changed |= shadow_update(sp->kernel, i, true);
	}
	for (unsigned int w = MIDDLE / 64; w < ENTRIES / 64; w++) {
		for (uint64_t bits = sp->kernel->present[w]; bits; bits &= bits - 1) {
			unsigned int i = w * 64 + (unsigned int)__builtin_ctzll(bits);
			struct shadow *below = shadow_child(sp->kernel, i);

			if (below && (deep || below->local)) {
				changed |= shadow_sync(below);
				sp->kernel->local |= below->local;
			}
		}
	}
	hook_wedge(sp);
	return changed;
}

/* ---- spaces ---- */

static struct space *find(uint64_t guest)
{
	for (unsigned int i = 0; i < SPACES; i++) {
		if (spaces[i].user && spaces[i].guest == guest)
			return &spaces[i];
	}
	return NULL;
}

static struct space *unused(void)
{
	for (unsigned int i = 0; i < SPACES; i++) {
		if (!spaces[i].user)
			return &spaces[i];
	}
	return NULL;
}

/* The least recently used space other than the loaded one and `wanted`, or NULL. */
static struct space *oldest_but(const struct space *wanted)
{
	struct space *oldest = NULL;

	for (unsigned int i = 0; i < SPACES; i++) {
		struct space *sp = &spaces[i];

		if (sp->user && sp != space_current() && sp != wanted &&
		    (!oldest || sp->used < oldest->used))
			oldest = sp;
	}
	return oldest;
}

static void give_up(struct space *sp)
{
	xen_count(COUNT_SPACES_GIVEN_UP);
	if (sp->kernel)
		shadow_drop(sp->kernel);
	shadow_drop(sp->user);
	*sp = (struct space){0};
}

static void clear_low(struct shadow *top)
{
	for (unsigned int i = 0; i < MIDDLE; i++) {
		if (shadow_present(top, i) || shadow_child(top, i))
			shadow_clear(top, i);
	}
}

/*
 * Empties a space of what user code needs, which comes back by faults. The kernel's own tables
 * stay: they may map a stack.
 */
static void empty(struct space *sp)
{
	xen_count(COUNT_SPACES_EMPTIED);
	if (sp->kernel && !sp->split)
		clear_low(sp->kernel);
	if (sp->user)
		clear_low(sp->user);
	if (sp == space_current())
		update_flush_tlb();
}

bool space_make_room(struct space *wanted, bool *emptied)
{
	struct space *oldest;

	if (!table_pool_refused)
		return false;
	table_pool_refused = false;
	oldest = oldest_but(wanted);
	if (oldest) {
		give_up(oldest);
	} else if (!*emptied) {
		*emptied = true;
		empty(wanted);
		if (space_current() && space_current() != wanted)
			empty(space_current());
	} else {
		wedge_fatal("the wedge's heap of %lu MiB is used up: give the guest more memory",
			    (xen.pages - xen.heap) * PAGE >> 20);
	}
	update_flush();
	shadow_new_round();
	return true;
}

static struct space *make(uint64_t guest)
{
	struct space *sp = unused();

	xen_count(COUNT_SPACES_MADE);
	if (!sp) {
		sp = oldest_but(space_current());
		give_up(sp);
	}
	if (!memory_is_guest(guest))
		wedge_fatal("the guest loads CR3 with %lx, where it has no memory", guest * PAGE);
	sp->guest = guest;
	return sp;
}

/*
 * Makes a space's two top-level tables, without which it cannot be loaded. False if the pool has
 * none.
 */
static bool has_tops(struct space *sp)
{
	if (!sp->user)
		sp->user = shadow_get(4, SHADOW_USER, SHADOW_OF_TABLE, SHADOW_PLAIN, sp->guest);
	if (!sp->kernel && sp->user)
		sp->kernel = shadow_get(4, SHADOW_KERNEL, SHADOW_OF_TABLE, SHADOW_PLAIN, sp->guest);
	return sp->kernel;
}

void space_flush_tlb(struct vcpu *v)
{
	update_flush_tlb();
	xen_of(v)->stale = false;
}

/* Loads a space's top-level tables, which flushes the TLB. */
static void switch_tables(struct vcpu *v, struct space *sp)
{
	xen_count(COUNT_SPACE_SWITCHES);
	xen_of(v)->space = sp;
	xen_of(v)->stale = false;
	update_load_tables(xen.p2m[sp->kernel->page], xen.p2m[sp->user->page]);
}

/* Makes a space agree with the guest's tables. True if a translation was changed or taken away. */
static bool sync(struct space *sp, bool deep)
{
	bool changed = false, emptied = false;

	shadow_new_round();
	do {
		if (!has_tops(sp))
			continue;
		changed |= sync_low(sp);
		changed |= sync_high(sp, deep);
	} while (space_make_room(sp, &emptied));
	return changed;
}

void backend_space_load(struct vcpu *v)
{
	uint64_t guest = (v->cr[3] & X86_PTE_ADDRESS) / PAGE;
	struct space *before = space_current(), *sp = find(guest);
	bool changed;

	if (!sp) {
		sp = make(guest);
		arch_forget_stacks(v);
	}
	sp->used = vcpu_count(v, COUNT_SPACE_LOADS);
	changed = sync(sp, !(v->cr[4] & X86_CR4_PGE));
	update_flush();
	if (sp != before)
		switch_tables(v, sp);
	else if (changed || xen_of(v)->stale)
		space_flush_tlb(v);
	arch_prepare_stack(v, v->gpr[X86_RSP]);
}

void backend_space_flush(struct vcpu *v)
{
	vcpu_count(v, COUNT_SPACE_FLUSHES);
	arch_forget_stacks(v);
	sync(space_current(), true);
	space_flush_tlb(v);
}
