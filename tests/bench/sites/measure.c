/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure.c - see measure.h. Command line: `clock=icount` for a time stamp counter that counts
 * instructions, else it is cycles, and `tsc_early_khz` says how many make a second: then a sample
 * is the fastest of many calls of the loop, and its unit is microseconds.
 *
 * Invariant: a loop runs once before it is timed, so what its first execution builds is not
 * counted.
 */
#include "measure.h"
#include "console.h"
#include "counters.h"
#include "decimal.h"

enum { SAMPLES = 5, CALLS_BY_CYCLES = 50 };

word loop_data[4];

static void call(const struct site *site, loop *run)
{
	if (site->before)
		site->before();
	run(LOOP_COUNT);
	cli();
}

static void count(const struct site *site, loop *run)
{
	if (site->before)
		site->before();
	counters_begin();
	run(LOOP_COUNT);
	counters_end();
	cli();
}

/* Of the fastest call: what else the machine did meanwhile is not the instruction's. */
static word time_of(const struct site *site, loop *run, unsigned int calls)
{
	uint64_t fastest = UINT32_MAX;

	while (calls--) {
		uint64_t start, elapsed;

		if (site->before)
			site->before();
		start = rdtsc();
		run(LOOP_COUNT);
		elapsed = rdtsc() - start;
		cli();
		if (elapsed < fastest)
			fastest = elapsed;
	}
	if (fastest == UINT32_MAX)
		fail("%s takes too long", site->name);
	return (word)fastest;
}

/* By a clock that other things advance too, an instruction may seem to take less than none. */
static word difference(const struct site *site, unsigned int calls)
{
	word with = time_of(site, site->with, calls);
	word without = time_of(site, site->without, calls);

	return with > without ? with - without : 0;
}

static word number(const char *text)
{
	word value = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (word)(*text - '0');
	return value;
}

static void print_instructions(const struct site *site)
{
	console_print("BENCH %s instructions", site->name);
	for (unsigned int i = 0; i < SAMPLES; i++) {
		console_print(" ");
		decimal_print(difference(site, 1), LOOP_COUNT * site->per, 2);
	}
}

static void print_microseconds(const struct site *site)
{
	word mhz = number(option("tsc_early_khz")) / 1000;

	if (!mhz)
		broken("the command line does not say how fast the time stamp counter runs");
	console_print("BENCH %s us", site->name);
	for (unsigned int i = 0; i < SAMPLES; i++) {
		console_print(" ");
		decimal_print(difference(site, CALLS_BY_CYCLES), LOOP_COUNT * site->per * mhz, 5);
	}
}

void measure(const struct site *site)
{
	call(site, site->with);
	call(site, site->without);
	if (option_is("clock", "icount"))
		print_instructions(site);
	else
		print_microseconds(site);
	count(site, site->without);
	counters_discount();
	count(site, site->with);
	counters_print(LOOP_COUNT * site->per);
	console_print("\n");
}
