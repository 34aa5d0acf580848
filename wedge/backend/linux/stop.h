/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stop.h - how the host's kernel tells of a user process that has stopped, and lets it go on: by
 * notifications of seccomp (stop_notify.c), or by ptrace (stop_trace.c) if the host has none. The
 * launcher has tried which.
 *
 * Invariant: either way the host's kernel vouches for the stop, its place and its arguments.
 */
#ifndef WEDGE_BACKEND_LINUX_STOP_H
#define WEDGE_BACKEND_LINUX_STOP_H

#include "process.h"

/* How long one wait for a stop that must come soon lasts. */
enum { STOP_PATIENCE_NS = 10000000 };

/* A process has made the system call USER_STOP, or hangs there. */
struct stop {
	int32_t pid;
	uint64_t id;	      /* to answer it */
	uint64_t rip;	      /* behind the system call */
	uint64_t argument[2]; /* of it (stub.S) */
};

struct stop_means {
	/* A process gets the memory file with an answer, and must close it; otherwise it has it. */
	bool lends_memory;

	/*
	 * The next stop of this process, or of any other. Zero, or an error of the host: -EINTR
	 * when something is pending, or to be tried again for another reason.
	 */
	long (*wait)(struct process *process, struct stop *stop);

	/* The same, but does not look at `pending`; -ETIMEDOUT after STOP_PATIENCE_NS. */
	long (*wait_soon)(struct process *process, struct stop *stop);

	/* Lets it go on behind USER_STOP. Zero, or -ENOENT if it has left this stop by itself. */
	long (*answer)(const struct process *process);

	/* It has ended. */
	void (*bury)(const struct process *process);
};

extern const struct stop_means stop_by_notification, stop_by_trace;

static inline const struct stop_means *stop_means(void)
{
	return machine.info.handover == LAUNCH_HANDOVER_TRACE ? &stop_by_trace
							      : &stop_by_notification;
}

#endif /* WEDGE_BACKEND_LINUX_STOP_H */
