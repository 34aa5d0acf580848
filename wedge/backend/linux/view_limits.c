/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_limits.c - where a view may have guest memory in a process (view/view.h).
 *
 * Invariant: neither the window nor the door is ever the guest's.
 */
#include "process.h"
#include "vdso.h"

struct view_state *view_state(const struct vcpu *v)
{
	return &linux_of(v)->view;
}

struct view_bounds view_bounds(const struct view *view)
{
	if (view->process)
		return (struct view_bounds){USER_DOOR, USER_DOOR + USER_DOOR_SIZE, USER_END};
	return (struct view_bounds){WEDGE_BASE, WEDGE_BASE + (uint64_t)WEDGE_SIZE,
				    ARCH_LONG_MODE ? LAUNCH_WEDGE_BASE : 1ull << 32};
}

uint64_t view_memory_bytes(void)
{
	return machine.info.memory_bytes;
}

uint64_t view_window_alias(void)
{
	return machine.window_alias;
}

void process_moves(struct process *process)
{
	process->moved = true;
}

void process_learns(const struct guest_walk *walk)
{
	vdso_learn(walk);
}
