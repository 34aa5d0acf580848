/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.c - address spaces: for each top-level table of the guest a kernel view and a user view,
 * between which Xen switches (backend.h's shadow MMU on top of shadow.c). Operations on a single
 * address are in space_address.c.
 *
 * Among the programs' addresses both views hook the same tables of role SHADOW_USER. A guest that
 * maps supervisor pages there (early boot, text patching) gets SHADOW_KERNEL tables in its kernel
 * view instead: the space is "split".
 *
 * A low kernel (layout.h) has one GiB among the programs'. There each view has a table of its own
 * below entry 0 (SHADOW_MIXED), and both hook the same SHADOW_USER tables one level deeper.
 *
 * If the pool refuses an operation a table, this file makes room by giving up another space and
 * does the operation again from its start. Filling and comparing can be repeated: the guest does
 * not run meanwhile.
 *
 * Invariant: the user view holds SHADOW_USER tables and nothing at the kernel's addresses, so user
 * code has no address of kernel or wedge. No table that Xen has loaded is ever given up.
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

/* Compares an entry that is present, and all below it. */
static inline bool sync_entry(struct shadow *s, unsigned int n)
{
	bool changed = shadow_update(s, n, false);
	struct shadow *below = shadow_child(s, n);

	return changed | (below && shadow_sync(below));
}

/* Compares the programs' entries of the kernel view's mixed table. */
static bool sync_mixed(struct shadow *mixed)
{
	bool changed = false;

	for (unsigned int i = 0; i < ENTRIES / 64; i++) {
		for (uint64_t bits = mixed->present[i]; bits; bits &= bits - 1) {
			unsigned int n = i * 64 + (unsigned int)__builtin_ctzll(bits);

			if (n != xen.layout.image)
				changed |= sync_entry(mixed, n);
		}
	}
	return changed;
}

/*
 * The kernel view's entry shares the user view's table, or has one of its own: as a whole, or, if
 * it is mixed, all but the programs' tables below.
 */
static bool sync_low_kernel(struct space *sp, unsigned int n)
{
	struct shadow *below = shadow_child(sp->kernel, n);
	bool changed;

	if (!below || below->role == SHADOW_USER)
		return space_end_share(sp, n);
	if (below->place != SHADOW_MIXED)
		return sync_entry(sp->kernel, n);
	changed = shadow_update(sp->kernel, n, false);
	below = shadow_child(sp->kernel, n);
	return changed | (below && sync_mixed(below));
}

static bool sync_low(struct space *sp)
{
	bool changed = false;

	for (unsigned int i = 0; i < xen.layout.first / 64; i++) {
		uint64_t bits = sp->user->present[i] | sp->kernel->present[i];

		for (; bits; bits &= bits - 1) {
			unsigned int n = i * 64 + (unsigned int)__builtin_ctzll(bits);

			changed |= sync_entry(sp->user, n);
			changed |= sync_low_kernel(sp, n);
		}
	}
	return changed;
}

static void keep_image(struct space *sp, struct shadow *image)
{
	struct shadow *before = sp->image;

	if (!image || image == before)
		return;
	image->links++;
	sp->image = image;
	if (before)
		shadow_release(before);
}

bool space_hold_low_image(struct space *sp)
{
	struct shadow *mixed;
	bool changed = false;

	if (!shadow_unchanged(sp->kernel, 0))
		changed = shadow_update(sp->kernel, 0, true);
	mixed = space_mixed(sp);
	if (mixed && !shadow_unchanged(mixed, xen.layout.image))
		changed |= shadow_update(mixed, xen.layout.image, true);
	if (mixed)
		keep_image(sp, shadow_child(mixed, xen.layout.image));
	return changed;
}

/* Compares a table of the kernel's below an entry, if it must be, and takes over if it is local. */
static bool sync_kernel(struct shadow *s, unsigned int n, bool deep)
{
	struct shadow *below = shadow_child(s, n);
	bool changed = false;

	if (below && (deep || below->local)) {
		changed = shadow_sync(below);
		s->local |= below->local;
	}
	return changed;
}

static bool sync_image(struct space *sp, bool deep)
{
	bool changed = space_hold_image(sp);
	struct shadow *mixed = space_mixed(sp);

	return changed | (mixed && sync_kernel(mixed, xen.layout.image, deep));
}

/*
 * Compares the kernel's entries. Spaces share the tables below, so a kernel stack that is present
 * in one space stays present after a switch to another.
 */
static bool sync_high(struct space *sp, bool deep)
{
	unsigned int first = xen.layout.first;
	bool changed, same = shadow_unchanged_from(sp->kernel, first);

	deep |= sp->kernel_changes != shadow_kernel_changes();
	sp->kernel_changes = shadow_kernel_changes();
	changed = sync_image(sp, deep);
	/* Kernels hardly ever change these, so the usual case is one string compare. */
	if (!deep && !sp->kernel->local && same)
		return changed;
	for (unsigned int i = first; !same && i < ENTRIES; i++) {
		if (!shadow_unchanged(sp->kernel, i))
			changed |= shadow_update(sp->kernel, i, true);
	}
	for (unsigned int w = first / 64; w < ENTRIES / 64; w++) {
		for (uint64_t bits = sp->kernel->present[w]; bits; bits &= bits - 1)
			changed |= sync_kernel(sp->kernel,
					       w * 64 + (unsigned int)__builtin_ctzll(bits), deep);
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
	if (sp->image)
		shadow_release(sp->image);
	*sp = (struct space){0};
}

void space_keep_current(void)
{
	for (unsigned int i = 0; i < SPACES; i++) {
		if (spaces[i].user && &spaces[i] != space_current())
			give_up(&spaces[i]);
	}
	update_flush();
	shadow_new_round();
}

static void clear_low(struct shadow *top)
{
	for (unsigned int i = 0; i < xen.layout.first; i++) {
		if (shadow_present(top, i) || shadow_child(top, i))
			shadow_clear(top, i);
	}
}

/*
 * Empties a space of what user code needs, which comes back by faults. The kernel's own tables
 * stay: they may map a stack. The operation that is done again hooks a low kernel's image again.
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
			    (xen.heap_end - xen.heap) * PAGE >> 20);
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
	enum shadow_place place = xen.layout.image ? SHADOW_MIXED : SHADOW_PLAIN;

	if (!sp->user)
		sp->user = shadow_get(4, SHADOW_USER, SHADOW_OF_TABLE, place, sp->guest);
	if (!sp->kernel && sp->user)
		sp->kernel = shadow_get(4, SHADOW_KERNEL, SHADOW_OF_TABLE, place, sp->guest);
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
