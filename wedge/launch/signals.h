/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals.h - signals as something to poll for.
 *
 * Invariant: a signal that comes between a look and a poll wakes the poll.
 */
#ifndef LAUNCH_SIGNALS_H
#define LAUNCH_SIGNALS_H

#include <poll.h>
#include <stdbool.h>

/* The signal that ends the launcher (SIGINT, SIGTERM, SIGHUP, SIGQUIT); 0: none came yet. */
extern volatile int signals_end;

/*
 * Catches what ends or stops the launcher, SIGPWR, SIGWINCH, and the end of children; ignores
 * SIGPIPE and SIGXFSZ. What was ignored when the launcher was started (nohup) stays so.
 */
void signals_open(void);

struct pollfd signals_poll(void);

/* Empties what signals_poll() waits for; then look at what may have happened. */
void signals_take(void);

/* Was the launcher asked to stop for a while (SIGTSTP)? Asking forgets it. */
bool signals_suspend(void);

/* Was the guest to be asked to power off (SIGPWR)? Asking forgets it. */
bool signals_power(void);

/* May the terminal have another size (SIGWINCH)? Asking forgets it. */
bool signals_resized(void);

/* Stops this process until it is continued. */
void signals_stop_here(void);

/* Ends this process by that signal, as if it had never been caught. */
_Noreturn void signals_die_of(int number);

#endif
