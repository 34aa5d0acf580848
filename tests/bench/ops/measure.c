/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Batches: how often an operation runs, and the line that tells the result.
 *
 * Invariant: every sample is one batch long enough that reading the clock does not count, and all
 * batches of an operation do the same work; the first runs, which warm caches, are no samples.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define BATCHES	       9u
#define BATCH_NS       4000000
#define CLOCK_STEPS    20 /* in a batch, at least */
#define SLOW_BATCHES   3u
#define SLOW_NS	       40000000
#define MAX_OPERATIONS 1000000u

int64_t now_ns(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		fail("clock_gettime");
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

_Noreturn void fail(const char *what)
{
	printf("BENCH-FAIL %s: %s\n", what, strerror(errno));
	exit(1);
}

/* How far the clock goes at a time: a kernel that trusts no counter has only its ticks. */
static int64_t clock_step(void)
{
	int64_t step = INT64_MAX;

	for (int i = 0; i < 3; i++) {
		int64_t start = now_ns(), next = start;

		while (next == start)
			next = now_ns();
		if (next - start < step)
			step = next - start;
	}
	return step;
}

static int64_t batch_ns(void)
{
	static int64_t length;

	if (length == 0) {
		length = clock_step() * CLOCK_STEPS;
		if (length < BATCH_NS)
			length = BATCH_NS;
	}
	return length;
}

static int64_t faster_of_two(operation_run *run, unsigned count)
{
	int64_t first = run(count), second = run(count);

	return first < second ? first : second;
}

/* How many operations make a batch: doubled until one is long enough, twice in a row, because
 * other load stretches single ones. */
static unsigned calibrate(operation_run *run, int64_t *elapsed)
{
	unsigned count = 1;

	*elapsed = faster_of_two(run, count);
	while (*elapsed < batch_ns() && count < MAX_OPERATIONS) {
		count *= 2;
		*elapsed = faster_of_two(run, count);
	}
	return count;
}

void measure(const char *name, operation_run *run)
{
	double samples[BATCHES];
	int64_t elapsed;
	unsigned count = calibrate(run, &elapsed);
	unsigned batches = elapsed < SLOW_NS ? BATCHES : SLOW_BATCHES;

	for (unsigned i = 0; i < batches; i++)
		samples[i] = (double)run(count) / count / 1000;
	printf("BENCH %s us", name);
	for (unsigned i = 0; i < batches; i++)
		printf(" %.4f", samples[i]);
	printf("\n");
	fflush(stdout);
}
