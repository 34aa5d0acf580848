/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Batches: how often an operation runs, and the line that tells the result.
 *
 * Invariant: by the wall clock every sample is one batch long enough that reading the clock does
 * not count; by instructions the number of operations is fixed, so that two runs do the same. All
 * batches of an operation do the same work; the first runs, which warm caches, are no samples.
 */
#include <stdio.h>

#include "bench.h"
#include "counters.h"

#define MOST_BATCHES   9u
#define BATCH_NS       4000000
#define CLOCK_STEPS    20 /* in a batch, at least */
#define SLOW_BATCHES   3u
#define SLOW_NS	       40000000
#define MAX_OPERATIONS 1000000u
#define TSC_BATCHES    9u

struct batch {
	double operations, elapsed;
};

static struct batch run_batch(operation_run *run, unsigned count)
{
	struct batch b;

	b.operations = run(count);
	b.elapsed = (double)timing_take();
	return b;
}

/* How far the clock goes at a time: a kernel that trusts no counter has only its ticks. */
static int64_t clock_step(void)
{
	int64_t step = INT64_MAX;

	for (int i = 0; i < 3; i++) {
		int64_t start = clock_now(), next = start;

		while (next == start)
			next = clock_now();
		if (next - start < step)
			step = next - start;
	}
	return step;
}

static double batch_ns(void)
{
	static int64_t length;

	if (length == 0) {
		length = clock_step() * CLOCK_STEPS;
		if (length < BATCH_NS)
			length = BATCH_NS;
	}
	return (double)length;
}

static double faster_of_two(operation_run *run, unsigned count)
{
	double first = run_batch(run, count).elapsed, second = run_batch(run, count).elapsed;

	return first < second ? first : second;
}

/* How many operations make a batch: doubled until one is long enough, twice in a row, because
 * other load stretches single ones. */
static unsigned calibrate(operation_run *run, double *elapsed)
{
	unsigned count = 1;

	*elapsed = faster_of_two(run, count);
	while (*elapsed < batch_ns() && count < MAX_OPERATIONS) {
		count *= 2;
		*elapsed = faster_of_two(run, count);
	}
	return count;
}

static void print_samples(const char *name, const char *unit, const struct batch *b, unsigned n,
			  double clocks_per_unit)
{
	printf("BENCH %s %s", name, unit);
	for (unsigned i = 0; i < n; i++)
		printf(" %.4f", b[i].elapsed / b[i].operations / clocks_per_unit);
}

static void measure_wall(const struct operation *o)
{
	struct batch samples[MOST_BATCHES] = {{0}};
	double elapsed;
	unsigned count = calibrate(o->run, &elapsed);
	unsigned batches = elapsed < SLOW_NS ? MOST_BATCHES : SLOW_BATCHES;

	for (unsigned i = 0; i < batches; i++)
		samples[i] = run_batch(o->run, count);
	print_samples(o->name, "us", samples, batches, 1000);
}

static void measure_tsc(const struct operation *o)
{
	struct batch samples[TSC_BATCHES];
	double operations = 0;

	run_batch(o->run, o->batch);
	counters_reset();
	for (unsigned i = 0; i < TSC_BATCHES; i++) {
		samples[i] = run_batch(o->run, o->batch);
		operations += samples[i].operations;
	}
	print_samples(o->name, "instructions", samples, TSC_BATCHES, 1);
	counters_print(operations);
}

void measure(const struct operation *o)
{
	if (clock_chosen() == CLOCK_TSC)
		measure_tsc(o);
	else
		measure_wall(o);
	printf("\n");
	fflush(stdout);
}
