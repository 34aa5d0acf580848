/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals.c - signal delivery and return beyond what the shell can test.
 */
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "check.h"

static volatile int depth, deepest, handled;
static char other_stack[65536];

/* Raises the next signal from inside the handler until four are nested. */
static void nest(int signal)
{
	handled++;
	if (++depth > deepest)
		deepest = depth;
	if (depth < 4)
		raise(signal + 1);
	depth--;
}

static volatile uintptr_t handler_stack;

static void where(int signal)
{
	(void)signal;
	handler_stack = (uintptr_t)__builtin_frame_address(0);
}

/* Handlers nest and return in order, and run on the alternate stack when told to. */
bool check_nested_signals(void)
{
	stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof(other_stack)};
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = nest;
	for (int i = 0; i < 4; i++)
		EXPECT(sigaction(SIGRTMIN + i, &action, NULL) == 0);
	for (int turn = 0; turn < 100; turn++) {
		deepest = 0;
		EXPECT(raise(SIGRTMIN) == 0);
		EXPECT(depth == 0 && deepest == 4);
	}
	EXPECT(handled == 400);
	EXPECT(sigaltstack(&stack, NULL) == 0);
	action.sa_handler = where;
	action.sa_flags = SA_ONSTACK;
	EXPECT(sigaction(SIGUSR1, &action, NULL) == 0 && raise(SIGUSR1) == 0);
	EXPECT(handler_stack - (uintptr_t)other_stack < sizeof(other_stack));
	return true;
}

static volatile int alarms;

static void count(int signal)
{
	(void)signal;
	alarms++;
}

/* A running program is interrupted by timers, and its registers come back whole. */
bool check_timer_signal(void)
{
	struct itimerval fast = {{0, 10000}, {0, 10000}}, off = {{0, 0}, {0, 0}};
	struct sigaction action;
	unsigned long sum = 0, turns = 0;

	memset(&action, 0, sizeof(action));
	action.sa_handler = count;
	action.sa_flags = SA_RESTART;
	EXPECT(sigaction(SIGALRM, &action, NULL) == 0);
	EXPECT(setitimer(ITIMER_REAL, &fast, NULL) == 0);
	while (alarms < 20) {
		unsigned long a = turns * 3, b = turns ^ 0x5555, c = a + b;

		__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c));
		sum += c - a - b;
		turns++;
	}
	EXPECT(setitimer(ITIMER_REAL, &off, NULL) == 0);
	EXPECT(sum == 0);
	return true;
}
