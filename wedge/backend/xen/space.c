/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.c - address spaces: for each top-level table of the guest, the two views that Xen switches
 * between, kernel and user (backend.h's shadow MMU on top of shadow.c).
 *
 * Below the middle of the address space both views hook the same tables of role SHADOW_USER. A
 * guest that maps supervisor pages there (early boot, text patching) gets SHADOW_KERNEL tables in
 * its kernel view instead: the space is "split".
 *
 * Tables run out only here: an operation that was refused one makes room, by giving up what other
 * spaces have, and is done again from its start. Filling and comparing may be done any number of
 * times, and meanwhile the guest does not run.
 *
 * Invariant: the user view holds SHADOW_USER tables and nothing above the middle, so neither kernel
 * nor wedge can be named by user code. No table that Xen has loaded is ever given up.
 */
#include <wedge/arch.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "table_pool.h"

enum { SPACES = 48, MIDDLE = ENTRIES / 2 };

struct space {
	uint64_t guest; /* page of the guest's top-level table */
	struct shadow *kernel;
	struct shadow *user; /* NULL: the space is unused */
	bool split;
	uint64_t used;	 /* when it was loaded last */
	uint64_t locals; /* shadow_locals() when the kernel's half was last compared as a whole */
};

static struct space spaces[SPACES];

/* Of the processor that asks: the vCPU's address is mapped on each to its own. */
static struct space *current(void)
{
	return xen_of(vcpu_this())->space;
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

	if (!own)
		return;
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

	while (s && s->level > 2) {
		shadow_update(s, ENTRIES - 1, true);
		if (!shadow_child(s, ENTRIES - 1))
			hook_own_table(s, ENTRIES - 1);
		s = shadow_child(s, ENTRIES - 1);
	}
}

/* ---- which entries of the top-level tables follow the guest's ---- */

/* The kernel view's entry shares the user view's table, and was made from the same entry. */
static bool is_shared(const struct space *sp, unsigned int n)
{
	uint64_t different = sp->kernel->seen[n] ^ sp->user->seen[n];

	return shadow_child(sp->kernel, n) == shadow_child(sp->user, n) &&
	       !(different & ~(uint64_t)X86_PTE_A);
}

/* The kernel view must not go on sharing what the user view has given up, or has other rights to.
 */
static bool end_share(struct space *sp, unsigned int n)
{
	const struct shadow *below = shadow_child(sp->kernel, n);

	if (!below || below->role != SHADOW_USER || is_shared(sp, n))
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

	/* Some table has become one that CR3 loads must look at, here or elsewhere: find out. */
	deep |= sp->locals != shadow_locals();
	/* The usual case costs one string compare: kernels hardly ever change this half. */
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

/* The space that was not used for longest, but neither the loaded one nor `wanted`; or NULL. */
static struct space *oldest_but(const struct space *wanted)
{
	struct space *oldest = NULL;

	for (unsigned int i = 0; i < SPACES; i++) {
		struct space *sp = &spaces[i];

		if (sp->user && sp != current() && sp != wanted &&
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
 * What user code needs of a space comes back by faults, one after the other. The kernel's own
 * tables must stay: a stack may be there.
 */
static void empty(struct space *sp)
{
	xen_count(COUNT_SPACES_EMPTIED);
	if (sp->kernel && !sp->split)
		clear_low(sp->kernel);
	if (sp->user)
		clear_low(sp->user);
	if (sp == current())
		update_flush_tlb();
}

/*
 * The last step of every operation. If the pool has refused a table, gives up what was not used for
 * longest, and returns true: the operation must be done again from its start. `wanted` is the space
 * that the operation is about, `emptied` false before the first attempt.
 */
static bool make_room(struct space *wanted, bool *emptied)
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
		if (current() && current() != wanted)
			empty(current());
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
		sp = oldest_but(NULL);
		give_up(sp);
	}
	if (!memory_is_guest(guest))
		wedge_fatal("the guest loads CR3 with %lx, where it has no memory", guest * PAGE);
	sp->guest = guest;
	return sp;
}

/* A space's top-level tables: all that it must have; false if the pool has none. */
static bool has_tops(struct space *sp)
{
	if (!sp->user)
		sp->user = shadow_get(4, SHADOW_USER, SHADOW_OF_TABLE, SHADOW_PLAIN, sp->guest);
	if (!sp->kernel && sp->user)
		sp->kernel = shadow_get(4, SHADOW_KERNEL, SHADOW_OF_TABLE, SHADOW_PLAIN, sp->guest);
	return sp->kernel;
}

static void flush_all(struct vcpu *v)
{
	update_flush_tlb();
	xen_of(v)->stale = false;
}

/* Makes a space's tables the processor's, which flushes the TLB. */
static void switch_tables(struct vcpu *v, struct space *sp)
{
	xen_count(COUNT_SPACE_SWITCHES);
	xen_of(v)->space = sp;
	xen_of(v)->stale = false;
	update_load_tables(xen.p2m[sp->kernel->page], xen.p2m[sp->user->page]);
}

/* Brings a space into line with the guest's tables; true if a translation was taken away. */
static bool sync(struct space *sp, bool deep)
{
	bool changed = false, emptied = false;

	shadow_new_round();
	do {
		if (!has_tops(sp))
			continue;
		changed |= sync_low(sp);
		changed |= sync_high(sp, deep);
	} while (make_room(sp, &emptied));
	return changed;
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
	sp->used = vcpu_count(v, COUNT_SPACE_LOADS);
	changed = sync(sp, !(v->cr[4] & X86_CR4_PGE));
	update_flush();
	if (sp != before)
		switch_tables(v, sp);
	else if (changed || xen_of(v)->stale)
		flush_all(v);
	arch_prepare_stack(v, v->gpr[X86_RSP]);
}

void backend_space_flush(struct vcpu *v)
{
	vcpu_count(v, COUNT_SPACE_FLUSHES);
	arch_forget_stacks(v);
	sync(current(), true);
	flush_all(v);
}

/* ---- one address ---- */

/*
 * Perhaps another address is mapped by way of the same table, and what is corrected for one was
 * corrected for both. Other spaces may hook it too: at upper levels that is the rule.
 */
static bool has_alias(const struct shadow *top, uint64_t va)
{
	for (const struct shadow *s = top; s; s = shadow_child(s, index_of(va, s->level))) {
		if (s->level < 3 && s->links > 1)
			return true;
	}
	return false;
}

static bool address_has_alias(const struct space *sp, uint64_t va)
{
	return has_alias(sp->kernel, va) || (!is_high(va) && has_alias(sp->user, va));
}

/* Corrects the path to one address in one tree; returns the highest level of what was changed. */
static unsigned int invalidate_in(struct shadow *s, uint64_t va)
{
	unsigned int highest = 0;

	for (; s; s = shadow_child(s, index_of(va, s->level))) {
		if (shadow_update(s, index_of(va, s->level), false) && !highest)
			highest = s->level;
	}
	return highest;
}

static unsigned int invalidate(struct space *sp, uint64_t va)
{
	unsigned int highest = invalidate_in(sp->kernel, va), user;

	if (is_high(va))
		return highest;
	user = invalidate_in(sp->user, va);
	if (end_share(sp, index_of(va, 4)))
		return 4;
	return user > highest ? user : highest;
}

/*
 * One invlpg of the guest's covers a large page, which Xen's tables split: then only a flush of all
 * does what the guest asked for. If nothing was changed, the entry may have been corrected before,
 * by a fault nearby or for another address.
 */
static void flush_page(struct vcpu *v, uint64_t va, unsigned int changed)
{
	if (changed > 1) {
		flush_all(v);
	} else if (changed || xen_of(v)->stale) {
		xen_of(v)->stale |= changed && address_has_alias(current(), va);
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
		level = invalidate(current(), va);
		changed = level > changed ? level : changed;
	} while (make_room(current(), &emptied));
	if (changed && is_high(va))
		arch_forget_stacks(v);
	update_flush();
	flush_page(v, va, changed);
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

/* What a fill has changed or taken away: its own leaf, and other translations at a level (or 0). */
struct changes {
	bool own;
	unsigned int others;
};

static void note_change(struct changes *changes, unsigned int level)
{
	if (level > changes->others)
		changes->others = level;
}

/* An entry that replaces another leads elsewhere, or allows less. */
static bool takes_away(uint64_t before, uint64_t now)
{
	return ((before ^ now) & X86_PTE_ADDRESS) ||
	       (before & ~now & (X86_PTE_W | X86_PTE_U | X86_PTE_D)) ||
	       (now & ~before & X86_PTE_NX);
}

static bool fill_others(struct shadow *s)
{
	bool changed = false;

	for (unsigned int i = 0; i < ENTRIES; i++) {
		if (!shadow_unchanged(s, i))
			changed |= shadow_update(s, i, true);
	}
	return changed;
}

/*
 * One fault in a last-level table of the kernel brings all that the guest has put there meanwhile:
 * the next page touched may be a stack, where a fault is the end.
 */
static void fill_leaf(struct shadow *s, unsigned int index, struct changes *changes)
{
	uint64_t before = s->seen[index];

	changes->own |= shadow_update(s, index, true) && takes_away(before, s->seen[index]);
	if (s->role == SHADOW_KERNEL && s->source == SHADOW_OF_TABLE)
		note_change(changes, fill_others(s));
}

/* The leaf is there and as it should be; one of a split large page has no entry to follow. */
static bool is_done(const struct shadow *s, unsigned int index)
{
	return shadow_present(s, index) &&
	       (s->source != SHADOW_OF_TABLE || shadow_unchanged(s, index));
}

/*
 * Makes the path present from a table down; returns whether there is a leaf at its end. */
static bool fill_below(struct shadow *s, uint64_t va, struct changes *changes)
{
	for (;;) {
		unsigned int index = index_of(va, s->level);
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
 * Makes the path to one address present in one tree: what is there, and as the guest has it, is
 * passed over. Returns false if all of it is.
 */
static bool fill_path(struct shadow *top, uint64_t va, struct changes *changes)
{
	struct shadow *s = top, *below;
	unsigned int index = index_of(va, s->level);

	while ((below = shadow_child(s, index)) && shadow_unchanged(s, index)) {
		s = below;
		index = index_of(va, s->level);
	}
	return !is_done(s, index) && fill_below(s, va, changes);
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

/* The kernel view hooks the user view's table, with the same rights. */
static void share(struct space *sp, unsigned int top, struct shadow *shared)
{
	shadow_clear(sp->kernel, top);
	shared->links++;
	update_flush();
	update_entry(sp->kernel->page, top, shadow_value(sp->user, top));
	sp->kernel->children[top] = shared;
	sp->kernel->seen[top] = sp->user->seen[top];
}

/* A user page: the tree hangs below the user view, and below the kernel view unless that is split.
 */
static bool fill_user(struct space *sp, uint64_t va, struct changes *changes)
{
	unsigned int top = index_of(va, 4);
	bool lacked = fill_path(sp->user, va, changes);
	struct shadow *shared = shadow_child(sp->user, top);

	if (sp->split || !shared || is_shared(sp, top))
		return lacked;
	note_change(changes, shadow_child(sp->kernel, top) ? 4 : 0);
	share(sp, top, shared);
	return true;
}

/* Makes both views allow what the guest's tables do; returns whether one did not. */
static bool fill(struct space *sp, uint64_t va, const struct guest_walk *walk, bool user_runs,
		 struct changes *changes)
{
	bool lacked = false;

	if (is_high(va))
		return fill_path(sp->kernel, va, changes);
	if ((!walk->user || walk->forced) && !sp->split)
		split(sp);
	if (walk->user)
		lacked |= fill_user(sp, va, changes);
	if (sp->split && !user_runs)
		lacked |= fill_path(sp->kernel, va, changes);
	return lacked;
}

bool backend_space_fill(struct vcpu *v, uint64_t va, const struct guest_walk *walk)
{
	bool lacked = walk->forced, emptied = false;
	struct changes changes = {0};

	if (!memory_is_guest(walk->address / PAGE))
		wedge_fatal("the guest maps %lx to guest-physical %lx, where it has no memory", va,
			    walk->address);
	vcpu_count(v, COUNT_SPACE_FILLS);
	do {
		lacked |= fill(current(), va, walk, vcpu_in_user(v), &changes);
	} while (make_room(current(), &emptied));
	if (walk->forced)
		fill_forced(current()->kernel, va);
	update_flush();
	/* The guest's invalidation of these, when it comes, finds nothing to correct. */
	if (changes.others > 1)
		flush_all(v);
	else if (changes.others || (changes.own && address_has_alias(current(), va)))
		xen_of(v)->stale = true;
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
	return shadow_present(s, index) && guest_lookup(v, va, &walk) && !walk.no_execute &&
	       !memory_code_seen(walk.address / PAGE);
}

void backend_code_release(struct vcpu *v, uint64_t va)
{
	struct guest_walk walk;

	if (guest_lookup(v, va, &walk))
		memory_set_code_seen(walk.address / PAGE, true);
	backend_space_invalidate(v, va);
}
