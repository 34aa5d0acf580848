/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.c - address spaces, one for each top-level table of the guest: which there are, and which
 * is loaded (backend.h's shadow MMU on top of shadow.c). What trees a space has is the width's
 * (views.c); operations on a single address are in space_address.c.
 *
 * If the pool refuses an operation a table, this file makes room by giving up another space and
 * does the operation again from its start. Filling and comparing can be repeated: the guest does
 * not run meanwhile.
 *
 * Invariant: no table that Xen has loaded is ever given up.
 */
#include <wedge/arch.h>
#include <wedge/log.h>
#include "space.h"
#include "table_pool.h"

enum { SPACES = 48 };

static struct space spaces[SPACES];

/* ---- spaces ---- */

static struct space *find(uint64_t guest)
{
	for (unsigned int i = 0; i < SPACES; i++) {
		if (views_in_use(&spaces[i]) && spaces[i].guest == guest)
			return &spaces[i];
	}
	return NULL;
}

static struct space *unused(void)
{
	for (unsigned int i = 0; i < SPACES; i++) {
		if (!views_in_use(&spaces[i]))
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

		if (views_in_use(sp) && sp != space_current() && sp != wanted &&
		    (!oldest || sp->used < oldest->used))
			oldest = sp;
	}
	return oldest;
}

static void give_up(struct space *sp)
{
	xen_count(COUNT_SPACES_GIVEN_UP);
	views_give_up(sp);
	*sp = (struct space){0};
}

void space_keep_current(void)
{
	for (unsigned int i = 0; i < SPACES; i++) {
		if (views_in_use(&spaces[i]) && &spaces[i] != space_current())
			give_up(&spaces[i]);
	}
	update_flush();
	shadow_new_round();
}

/*
 * Empties a space of what user code needs, which comes back by faults. The kernel's own tables
 * stay: they may map a stack. The operation that is done again hooks a low kernel's image again.
 */
static void empty(struct space *sp)
{
	xen_count(COUNT_SPACES_EMPTIED);
	views_empty(sp);
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
			    xen_mib(xen.heap_end - xen.heap));
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
	if (!memory_is_guest(guest) && guest != views_start_table())
		wedge_fatal("the guest loads CR3 with %llx, where it has no memory",
			    (unsigned long long)guest * PAGE);
	sp->guest = guest;
	return sp;
}

void space_flush_tlb(struct vcpu *v)
{
	update_flush_tlb();
	xen_of(v)->stale = false;
}

/* Makes a space agree with the guest's tables. True if a translation was changed or taken away. */
static bool sync(struct space *sp, bool deep)
{
	bool changed = false, emptied = false;

	shadow_new_round();
	do {
		if (views_make(sp))
			changed |= views_sync(sp, deep);
	} while (space_make_room(sp, &emptied));
	return changed;
}

/* Loads a space's trees, which flushes the TLB. */
static void switch_tables(struct vcpu *v, struct space *sp)
{
	xen_count(COUNT_SPACE_SWITCHES);
	xen_of(v)->space = sp;
	xen_of(v)->stale = false;
	views_load(sp);
}

void backend_space_load(struct vcpu *v)
{
	uint64_t guest = views_top_table(v);
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
