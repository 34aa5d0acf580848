/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals: a handler installed, a signal to oneself, a write to a page that must not be written.
 *
 * Invariant: every signal sent was delivered, once.
 */
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define PAGE 4096u

static volatile unsigned delivered;

static void count_signal(int number)
{
	(void)number;
	delivered++;
}

static void install(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	if (sigaction(number, &action, NULL) != 0)
		fail("sigaction");
}

unsigned run_signal_install(unsigned count)
{
	timing_start();
	for (unsigned i = 0; i < count; i++)
		install(SIGUSR1, count_signal);
	timing_stop();
	return count;
}

unsigned run_signal_deliver(unsigned count)
{
	pid_t self = getpid();

	install(SIGUSR1, count_signal);
	delivered = 0;
	timing_start();
	for (unsigned i = 0; i < count; i++)
		kill(self, SIGUSR1);
	timing_stop();
	if (delivered != count)
		fail("a signal was lost");
	return count;
}

static unsigned faults_left;
static char *guarded;

/* The write is done again after each signal; the last one lets it pass. */
static void count_fault(int number)
{
	(void)number;
	delivered++;
	if (--faults_left == 0 && mprotect(guarded, PAGE, PROT_READ | PROT_WRITE) != 0)
		_exit(1);
}

unsigned run_prot_fault(unsigned count)
{
	guarded = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (guarded == MAP_FAILED)
		fail("mmap");
	install(SIGSEGV, count_fault);
	delivered = 0;
	faults_left = count;
	timing_start();
	*(volatile char *)guarded = 1;
	timing_stop();
	install(SIGSEGV, SIG_DFL);
	munmap(guarded, PAGE);
	if (delivered != count)
		fail("protection faults are not one signal each");
	return count;
}
