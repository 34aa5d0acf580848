/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.h - the guardian, a small process beside the launcher, in case the launcher is killed with
 * SIGKILL.
 *
 * The launcher tells it what there is to clear up; then it sleeps. If the launcher ends without
 * ending it, it kills the guest's processes, restores the terminal, and ends.
 *
 * Invariant: nothing depends on it while the launcher lives; it may be killed at any time.
 */
#ifndef LAUNCH_GUARD_H
#define LAUNCH_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Starts it. After terminal_open(), before the terminal is changed or the guest exists. `path` is a
 * file that it would remove too, or NULL.
 */
void guard_start(const char *path);

/* What would have to be cleared up from now on: a process group (0: none), a raw terminal. */
void guard_tell(pid_t group, bool raw);

/* Ends it; there is nothing left to clear up. */
void guard_end(void);

#endif
