/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two clocks, and the time between timing_start() and timing_stop().
 *
 * Invariant: between the two readings of the clock there is nothing but the operation.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "counters.h"

static enum clock chosen;
static int64_t started, elapsed;

_Noreturn void fail(const char *what)
{
	printf("BENCH-FAIL %s: %s\n", what, strerror(errno));
	exit(1);
}

void choose_clock(enum clock clock)
{
	chosen = clock;
}

enum clock clock_chosen(void)
{
	return chosen;
}

static int64_t wall_ns(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		fail("clock_gettime");
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_now(void)
{
	return chosen == CLOCK_TSC ? (int64_t)__builtin_ia32_rdtsc() : wall_ns();
}

void timing_start(void)
{
	counters_start();
	started = clock_now();
}

void timing_stop(void)
{
	elapsed += clock_now() - started;
	counters_stop();
}

int64_t timing_take(void)
{
	int64_t taken = elapsed;

	elapsed = 0;
	return taken;
}
