/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target.h - the guest as a debugger sees it: stopped or running, registers, memory at the
 * addresses of the guest's own page tables, breakpoints. The launcher's half of the debugger's
 * border in wedge/launch.h.
 *
 * Invariant: registers, memory and breakpoints are touched only while the guest is stopped or gone.
 */
#ifndef LAUNCH_TARGET_H
#define LAUNCH_TARGET_H

#include "kernel.h"

#include <wedge/launch.h>

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* An int3 that is in the guest's memory in place of another byte. */
struct breakpoint {
	uint64_t linear;
	uint64_t physical;
	unsigned char original;
};

struct target {
	struct launch_debug *debug;
	const struct kernel *kernel;
	unsigned char *memory; /* guest-physical, the whole of it */
	uint64_t bytes;
	pid_t child;
	bool stopped;
	uint32_t stops; /* how many stops have been seen */
	unsigned int count;
	struct breakpoint breakpoints[LAUNCH_BREAKPOINTS];
};

/* Maps the memory file of `bytes`. Returns 0, or -1 with errno set. */
int target_open(struct target *target, struct launch_debug *debug, int memory_fd, uint64_t bytes,
		const struct kernel *kernel);

/* Asks the running guest to stop; target_look() tells when it has. */
void target_stop(struct target *target);

/* Looks whether the guest has stopped since it was let go. Returns target->stopped. */
bool target_look(struct target *target);

/* Lets the stopped guest go on, for one instruction if `step`. */
void target_go(struct target *target, bool step);

/*
 * Memory at linear addresses, as if there were no breakpoints. Return how many of the `size` bytes
 * were there.
 */
size_t target_read(const struct target *target, uint64_t linear, void *to, size_t size);
size_t target_write(struct target *target, uint64_t linear, const void *from, size_t size);

/* Returns 0, or -1 if there is no memory or no room for one more. Twice the same is one. */
int target_break(struct target *target, uint64_t linear);

/* Takes one away, or all of them. */
void target_unbreak(struct target *target, uint64_t linear);
void target_unbreak_all(struct target *target);

#endif
