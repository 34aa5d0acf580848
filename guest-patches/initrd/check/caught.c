/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * caught.c - runs one access and reports the signal that it raised.
 *
 * Invariant: raised_by() always restores the old handlers.
 */
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include "check.h"

static sigjmp_buf back;
volatile int caught_code;
void *volatile caught_address;

static void handler(int signal, siginfo_t *info, void *context)
{
	(void)context;
	caught_code = info->si_code;
	caught_address = info->si_addr;
	siglongjmp(back, signal);
}

int raised_by(void (*access)(void *), void *argument)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE};
	enum { COUNT = sizeof(signals) / sizeof(signals[0]) };
	struct sigaction old[COUNT], new;
	int raised;

	memset(&new, 0, sizeof(new));
	new.sa_sigaction = handler;
	new.sa_flags = SA_SIGINFO;
	for (int i = 0; i < COUNT; i++)
		sigaction(signals[i], &new, &old[i]);
	raised = sigsetjmp(back, 1);
	if (raised == 0)
		access(argument);
	for (int i = 0; i < COUNT; i++)
		sigaction(signals[i], &old[i], NULL);
	return raised;
}
