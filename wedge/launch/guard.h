/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.h - a small process beside the launcher, for the day the launcher is killed with SIGKILL.
 *
 * It is told what there is to clear up, and sleeps. When the launcher is gone without a word, it
 * kills the guest's processes, restores the terminal, and ends.
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
