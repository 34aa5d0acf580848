/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.h - a running guest, from the fork of its process to its end.
 *
 * Invariant: after guest_run() no process of it exists and the terminal is as it was found.
 */
#ifndef LAUNCH_GUEST_H
#define LAUNCH_GUEST_H

#include "console.h"
#include "gdb/gdb.h"
#include "launcher.h"
#include "memory.h"
#include "panic.h"
#include "target.h"

#include <wedge/launch.h>

#include <sys/types.h>

struct guest {
	const struct options *options;
	const struct memory *memory;
	struct target target;
	struct gdb gdb;
	struct console console;
	struct panic panic;
	struct launch_shared *shared;
	pid_t child;
	bool ended;	   /* the child has */
	int status;	   /* as of waitpid(2), when it has been reaped */
	uint64_t deadline; /* ns, UINT64_MAX: none */
	uint64_t silence;  /* ns, when to give a hint about a guest that has printed nothing */
	uint64_t panicked; /* ns, when the guest's panic was seen; 0: never */
	uint64_t heard;	   /* ns, when the console last said something after that */
};

/**
 * guest_run - start the guest, be its console, and clear up behind it
 * @info:  for the wedge; descriptors of the console are filled in here
 * @entry: the wedge's
 *
 * Returns an exit code after saying why if it is not 0, or ends by the signal that ended the run.
 */
int guest_run(struct guest *guest, struct launch_info *info, launch_entry *entry);

#endif
