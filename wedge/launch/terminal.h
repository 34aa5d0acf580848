/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal.h - standard input, if it is a terminal, as a raw one.
 *
 * Invariant: terminal_restore() may be called at any time, from a signal handler too, and leaves
 * the terminal as it was found.
 */
#ifndef LAUNCH_TERMINAL_H
#define LAUNCH_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

struct terminal {
	bool there;		    /* standard input is a terminal */
	volatile bool raw;	    /* and is raw at present */
	struct termios found, want; /* its states */
};

extern struct terminal terminal;

/* Looks at standard input; changes nothing. */
void terminal_open(void);

/* Makes it raw. In the background the process is stopped until it comes to the front. */
void terminal_set_raw(void);

void terminal_restore(void);

/* Rows and columns at present; false: not known. */
bool terminal_size(uint16_t *rows, uint16_t *columns);

#endif
