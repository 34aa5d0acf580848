/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space.h - the guest's address spaces, for a platform whose user code runs in processes of a host:
 * what the platform asks of space.c, and what it supplies.
 *
 * Invariant: see space.c.
 */
#ifndef WEDGE_VIEW_SPACE_H
#define WEDGE_VIEW_SPACE_H

#include "view.h"

struct space;

/* What the platform keeps for each vCPU. */
struct view_state {
	struct space *space; /* the address space that is loaded */
	struct view *kernel; /* the guest kernel's: its tables follow whatever CR3 holds */
};

void spaces_init(struct vcpu *v);

/* The user process of the loaded address space, with its mappings compared; made if need be. */
struct process *space_process(struct vcpu *v);

/* The view of the loaded space's user process; NULL: there is none. */
struct view *space_user_view(struct vcpu *v);

/* The view of a slot's user process; NULL: there is none. */
struct view *space_view_of(uint32_t slot);

/* It is no more: nothing is mapped in it. */
void space_lost_process(struct vcpu *v);

/* ---- the platform's side ---- */

struct view_state *view_state(const struct vcpu *v);

/* The process of a slot, of which there are VIEW_SLOTS; made and stopped if there was none. */
struct process *process_get(uint32_t slot);

/*
 * Makes sure that it is stopped. Called before something is taken away from it, whether at once or
 * by the time the guest kernel goes on.
 */
void process_hold(struct process *process);

/* The process may serve another program than before. */
void process_moves(struct process *process);

/*
 * User code is about to see a page for the first time in its address space: `walk` has its
 * translation.
 */
void process_learns(const struct guest_walk *walk);

#endif /* WEDGE_VIEW_SPACE_H */
