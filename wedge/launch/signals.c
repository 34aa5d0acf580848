/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals.c - handlers that leave a note and a byte in a pipe.
 *
 * Invariant: handlers only write to what is here; no system call is restarted after them.
 */
#include "signals.h"
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

volatile int signals_end;

static volatile sig_atomic_t suspend, power, resized;
static int pipe_ends[2];

static void on_signal(int number)
{
	int saved = errno;

	if (number == SIGTSTP)
		suspend = 1;
	else if (number == SIGPWR)
		power = 1;
	else if (number == SIGWINCH)
		resized = 1;
	else if (number != SIGCHLD)
		signals_end = number;
	if (write(pipe_ends[1], "", 1) < 0)
		errno = saved; /* full: the poll wakes anyway */
	errno = saved;
}

void signals_open(void)
{
	static const int caught[] = {SIGINT,  SIGTERM, SIGHUP,	 SIGQUIT,
				     SIGTSTP, SIGPWR,  SIGWINCH, SIGCHLD};
	struct sigaction action = {.sa_handler = on_signal}, before;

	if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) < 0)
		die(END_PLATFORM, "the host gives no pipe: %s", strerror(errno));
	for (unsigned int i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		if (sigaction(caught[i], NULL, &before) == 0 &&
		    (before.sa_handler != SIG_IGN || caught[i] == SIGCHLD))
			sigaction(caught[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

struct pollfd signals_poll(void)
{
	return (struct pollfd){.fd = pipe_ends[0], .events = POLLIN};
}

void signals_take(void)
{
	char text[64];

	while (read(pipe_ends[0], text, sizeof(text)) > 0)
		continue;
}

bool signals_suspend(void)
{
	bool asked = suspend;

	suspend = 0;
	return asked;
}

bool signals_power(void)
{
	bool asked = power;

	power = 0;
	return asked;
}

bool signals_resized(void)
{
	bool asked = resized;

	resized = 0;
	return asked;
}

void signals_stop_here(void)
{
	raise(SIGSTOP);
}

void signals_die_of(int number)
{
	sigset_t one;

	signal(number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	raise(number);
	_exit(128 + number);
}
