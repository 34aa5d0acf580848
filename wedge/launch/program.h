/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.h - another program of the host's that helps, started whole; and why, if it did not.
 *
 * Invariant: the program has no descriptor of the launcher's but those that it is given, and is in
 * a process group of its own: Ctrl-C on the terminal is the guest's.
 */
#ifndef LAUNCH_PROGRAM_H
#define LAUNCH_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

struct program {
	pid_t process;
	int words; /* what it writes to standard output and error */
	int status;
	bool ended; /* and has been reaped, with `status` */
};

/*
 * Starts a program, which is found as the shell does. Its descriptors from 3 on are the `count` of
 * `fds`. `death`: the signal that it gets when the launcher ends, 0 for none. Ends the launcher,
 * code 3, if the host gives no process.
 */
void program_start(struct program *p, const char *const *arguments, const int *fds,
		   unsigned int count, int death);

/* For a program that has ended, or soon will: whether there is none of that name. */
bool program_was_missing(struct program *p);

/* The same: its last line that does not begin like one of `noise`, a list that NULL ends, or NULL.
 */
const char *program_words(struct program *p, const char *const *noise);

/* It works: what it writes is not asked for any more. */
void program_close(struct program *p);

/* Ends it by SIGTERM, after `wait` ms by SIGKILL, and reaps it. */
void program_end(pid_t process, unsigned int wait);

#endif
