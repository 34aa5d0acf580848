/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.h - the guest's console between standard input and output and two pipes of the child.
 *
 * Invariant: the child sees no descriptor of the user's, and its input never ends; standard input
 * at its end is not looked at again.
 */
#ifndef LAUNCH_CONSOLE_H
#define LAUNCH_CONSOLE_H

#include "watch.h"

#include <poll.h>
#include <stdint.h>

enum { CONSOLE_POLLS = 2, CONSOLE_INPUT = 1024, CONSOLE_OUTPUT = 16384 };

struct console {
	int to_child, from_child;      /* the launcher's ends of the pipes; -1: none */
	int child_input, child_output; /* the child's ends, until console_started() */
	bool input_over;	       /* standard input has nothing more to give */
	bool output_over;	       /* the child has closed its end */
	bool escape;		       /* Ctrl-A was the last key */
	bool quit;		       /* Ctrl-A X */
	int output_error;	       /* errno of a failed write to standard output */
	uint64_t rest_until;	       /* ns: output is left to gather until then */
	struct watch watch;
	size_t waiting; /* bytes of `input` that the child has not taken yet */
	char input[CONSOLE_INPUT];
	size_t written, taken; /* of `output`: bytes, on standard output and from the child */
	char output[CONSOLE_OUTPUT];
};

/* Makes the pipes. Ends the launcher, code 3, if the host gives none. */
void console_open(struct console *console, bool input);

/* The child holds its ends now. */
void console_started(struct console *console);

/**
 * console_polls - what to wait for
 * @polls: CONSOLE_POLLS of them are filled in, unused ones with fd -1
 *
 * Returns the longest time to wait in nanoseconds, UINT64_MAX for no limit.
 */
uint64_t console_polls(const struct console *console, struct pollfd *polls);

/* Does what can be done after a poll. */
void console_move(struct console *console, const struct pollfd *polls);

/*
 * Writes what the child has written last, after its end. Gives up when standard output fails, or
 * does not move and `stop` is not 0.
 */
void console_drain(struct console *console, const volatile int *stop);

#endif
