/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.h - the guest's console and its other streams (ports.h) between the standard ones and
 * pipes, whose other ends are the child's or the ports'.
 *
 * Invariant: the child sees no descriptor of the user's, and its input never ends; standard input
 * at its end is not looked at again.
 */
#ifndef LAUNCH_CONSOLE_H
#define LAUNCH_CONSOLE_H

#include "watch.h"

#include <poll.h>
#include <stdint.h>

/* What comes from the guest: by its serial line, and by ports. */
enum outlet_name { OUTLET_SERIAL, OUTLET_TERMINAL, OUTLET_OUTPUT, OUTLET_ERROR, OUTLETS };

enum { CONSOLE_POLLS = 1 + OUTLETS, CONSOLE_INPUT = 1024, CONSOLE_OUTPUT = 16384 };

struct outlet {
	int from, to;	       /* a pipe, -1 for none; a standard stream */
	bool over;	       /* nothing more comes */
	uint64_t rest_until;   /* ns: output is left to gather until then */
	size_t written, taken; /* of `bytes`: to the stream and from the pipe */
	char bytes[CONSOLE_OUTPUT];
};

struct console {
	int to_child;		       /* the launcher's end of the pipe for input; -1: none */
	int child_input, child_output; /* the other ends, of input and of the serial line */
	bool input_over;	       /* standard input has nothing more to give */
	bool input_ends;	       /* the guest is to hear of that */
	bool escape;		       /* Ctrl-A was the last key */
	bool quit;		       /* Ctrl-A X */
	int output_error;	       /* errno of a failed write to a standard stream */
	struct watch watch;
	size_t waiting; /* bytes of `input` that the child has not taken yet */
	char input[CONSOLE_INPUT];
	struct outlet outlet[OUTLETS];
};

/* Makes the pipes of a serial line. Ends the launcher, code 3, if the host gives none. */
void console_open(struct console *console, bool input);

/* Makes one more pipe, likewise; returns its writing end, which does not block. */
int console_add(struct console *console, enum outlet_name name);

/* The child holds its ends now: `input`, the end for input, too. */
void console_started(struct console *console, bool input);

/**
 * console_polls - what to wait for
 * @polls: CONSOLE_POLLS of them are filled in, unused ones with fd -1
 *
 * Returns the longest time to wait in nanoseconds, UINT64_MAX for no limit.
 */
uint64_t console_polls(const struct console *console, struct pollfd *polls);

/* Does what can be done after a poll; true if the guest has said something. */
bool console_move(struct console *console, const struct pollfd *polls);

/*
 * Writes what the guest has written last, after its end; `more` puts into the pipes what had no
 * room there yet, and returns false when nothing is left. Gives up when a standard stream fails, or
 * does not move and `stop` is not 0.
 */
void console_drain(struct console *console, const volatile int *stop, bool (*more)(void));

#endif
