/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.c - the guest's address spaces: one view for the guest kernel, in the wedge's own address
 * space, and one for the user code of each space, in a user process.
 *
 * Invariant: a user process runs only after its view has been compared with the tables that CR3
 * names.
 */
#include <wedge/arch.h>
#include <wedge/arch_traits.h>
#include <wedge/log.h>
#include "space.h"

struct space {
	uint64_t root; /* guest-physical address of the top-level table */
	bool used;
	bool stale;	   /* the guest may have changed its tables since they were compared */
	uint64_t last_use; /* in loads */
	struct view user;
};

static struct space spaces[VIEW_SLOTS];
static uint64_t loads; /* the clock of `last_use` */

static struct space *find(uint64_t root)
{
	for (unsigned int i = 0; i < VIEW_SLOTS; i++) {
		if (spaces[i].used && spaces[i].root == root)
			return &spaces[i];
	}
	return NULL;
}

/* A free space, or the one whose last load is oldest: its process is emptied and serves again. */
static struct space *take(uint64_t root)
{
	struct space *oldest = &spaces[0];

	for (unsigned int i = 0; i < VIEW_SLOTS && oldest->used; i++) {
		if (!spaces[i].used || spaces[i].last_use < oldest->last_use)
			oldest = &spaces[i];
	}
	if (oldest->user.process) {
		view_clear(&oldest->user);
		process_moves(oldest->user.process);
	}
	oldest->used = true;
	oldest->root = root;
	vcpu_count(vcpu_this(), COUNT_SPACES_MADE);
	return oldest;
}

/* The view that remembers most; NULL: none remembers anything. */
static struct view *largest_view(struct vcpu *v)
{
	struct view *largest = view_state(v)->kernel;

	for (unsigned int i = 0; i < VIEW_SLOTS; i++) {
		if (spaces[i].user.tables > largest->tables)
			largest = &spaces[i].user;
	}
	return largest->tables ? largest : NULL;
}

/*
 * Before a view is filled: user programs that map a page here and there, in very many places, must
 * not use up the wedge's heap. What is taken away comes back by faults.
 */
static void make_room(struct vcpu *v)
{
	while (!view_reserve()) {
		struct view *view = largest_view(v);

		if (!view)
			wedge_fatal("the wedge's heap is too small for its own tables");
		vcpu_count(v, COUNT_VIEWS_CLEARED);
		view_clear(view);
	}
}

/* The host had no room for a mapping: start with an empty view. */
static void check_room(struct vcpu *v)
{
	if (mapping_failed(v))
		view_clear(view_state(v)->kernel);
}

void spaces_init(struct vcpu *v)
{
	struct view *kernel = backend_allocate(sizeof(*kernel));

	if (!kernel)
		wedge_fatal("the wedge's heap is too small for its own tables");
	kernel->identity = !ARCH_LONG_MODE;
	view_state(v)->kernel = kernel;
	view_state(v)->space = NULL;
}

/* The loaded address space's user process is stopped. */
static void hold_user(struct vcpu *v)
{
	struct space *space = view_state(v)->space;

	if (space && space->user.process)
		process_hold(space->user.process);
}

/*
 * What user code may reach is compared when it runs next: until then its process is stopped.
 */
void backend_space_load(struct vcpu *v)
{
	struct space *space = view_paging() ? find(v->cr[3] & X86_PTE_ADDRESS) : NULL;

	loads = vcpu_count(v, COUNT_SPACE_LOADS);
	hold_user(v);
	view_state(v)->space = space;
	if (space) {
		space->stale = true;
		space->last_use = loads;
		if (space->user.process)
			process_moves(space->user.process);
	}
	view_sync(view_state(v)->kernel, !(v->cr[4] & X86_CR4_PGE));
	check_room(v);
}

void backend_space_flush(struct vcpu *v)
{
	vcpu_count(v, COUNT_SPACE_FLUSHES);
	hold_user(v);
	if (view_state(v)->space)
		view_state(v)->space->stale = true;
	view_sync(view_state(v)->kernel, true);
	check_room(v);
}

void backend_space_invalidate(struct vcpu *v, uint64_t va)
{
	struct space *space = view_state(v)->space;

	vcpu_count(v, COUNT_SPACE_INVALIDATIONS);
	view_invalidate(view_state(v)->kernel, va);
	check_room(v);
	if (space && space->user.process)
		view_invalidate(&space->user, va);
}

/* True if it was not there before. */
static bool fill_user(struct vcpu *v, struct space *space, uint64_t va,
		      const struct guest_walk *walk)
{
	bool had = view_has(&space->user, va, walk);

	/* Before user code tries an access again, it may be there already. */
	if (had && v->retry)
		return false;
	vcpu_count(v, COUNT_SPACE_USER_FILLS);
	process_learns(walk);
	if (space->user.process) {
		make_room(v);
		view_fill(&space->user, va, walk);
	}
	return !had;
}

static bool fill_kernel(struct vcpu *v, uint64_t va, const struct guest_walk *walk)
{
	struct view *kernel = view_state(v)->kernel;
	bool had = view_has(kernel, va, walk);

	vcpu_count(v, COUNT_SPACE_FILLS);
	make_room(v);
	view_fill(kernel, va, walk);
	if (mapping_failed(v)) {
		view_clear(kernel);
		view_fill(kernel, va, walk);
	}
	return !had;
}

bool backend_space_fill(struct vcpu *v, uint64_t va, const struct guest_walk *walk)
{
	struct space *space = view_state(v)->space;

	if (!vcpu_in_user(v))
		return fill_kernel(v, va, walk);
	return !space || fill_user(v, space, va, walk);
}

struct process *space_process(struct vcpu *v)
{
	struct space *space = view_state(v)->space;

	if (!space) {
		space = take(v->cr[3] & X86_PTE_ADDRESS);
		space->last_use = loads;
		space->stale = true;
		view_state(v)->space = space;
	}
	if (!space->user.process)
		space->user.process = process_get((uint32_t)(space - spaces));
	if (space->stale) {
		view_sync(&space->user, true);
		space->stale = false;
	}
	return space->user.process;
}

struct view *space_view_of(uint32_t slot)
{
	return spaces[slot].user.process ? &spaces[slot].user : NULL;
}

struct view *space_user_view(struct vcpu *v)
{
	struct space *space = view_state(v)->space;

	return space && space->user.process ? &space->user : NULL;
}

void space_lost_process(struct vcpu *v)
{
	struct space *space = view_state(v)->space;

	view_forget(&space->user);
	space->user.process = NULL;
}

bool backend_code_held(struct vcpu *v, uint64_t va)
{
	return view_holds(view_state(v)->kernel, va);
}

void backend_code_release(struct vcpu *v, uint64_t va)
{
	if (view_holds(view_state(v)->kernel, va))
		view_release(view_state(v)->kernel, va);
	check_room(v);
}
