/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wedge's counters, read by its ports (counter_ports.h): the wedge adds up what it counts
 * between BEGIN and END, so that only those two cost anything around the work. The program asks
 * its kernel for all ports (iopl), and its own in and out reach the wedge as exceptions.
 *
 * Invariant: while an operation runs no process has ports: a kernel has more to do for those that
 * have.
 */
#include "counters.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>

#include "../../../wedge/include/wedge/dev/counter_ports.h"

#define MOST_COUNTERS 256u
#define EMPTY_PAIRS   16u

static unsigned counters; /* 0: nobody counts */
static double empty_pair[MOST_COUNTERS];
static unsigned pairs;

static bool take_ports(void)
{
	return iopl(3) == 0;
}

static void give_ports_back(void)
{
	iopl(0);
}

static void command(unsigned char what)
{
	if (!take_ports())
		return;
	outb(what, COUNTER_COMMAND);
	give_ports_back();
}

/* Eight bytes of a counter's value or name. */
static uint64_t part(unsigned counter, unsigned which)
{
	uint64_t low, high;

	if (!take_ports())
		return 0;
	outw((unsigned short)COUNTER_ITEM(counter, which), COUNTER_SELECT);
	low = inl(COUNTER_DATA);
	high = inl(COUNTER_DATA + 4);
	give_ports_back();
	return low | high << 32;
}

/* How many counters there are; none without a wedge. */
static unsigned count_counters(void)
{
	unsigned count = 0;
	uint32_t signature;

	if (!take_ports())
		return 0;
	signature = inl(COUNTER_SIGNATURE);
	if (memcmp(&signature, COUNTER_SIGNATURE_TEXT, sizeof(signature)) == 0)
		count = inw(COUNTER_COUNT);
	give_ports_back();
	return count < MOST_COUNTERS ? count : MOST_COUNTERS;
}

/* What BEGIN and END themselves cost, which is not the operation's. */
static void count_empty_pairs(void)
{
	counters_reset();
	for (unsigned i = 0; i < EMPTY_PAIRS; i++) {
		counters_start();
		counters_stop();
	}
	for (unsigned i = 0; i < counters; i++)
		empty_pair[i] = (double)part(i, COUNTER_PART_VALUE) / EMPTY_PAIRS;
	counters_reset();
}

void counters_open(void)
{
	counters = count_counters();
	if (counters)
		count_empty_pairs();
}

void counters_start(void)
{
	if (counters)
		command(COUNTER_BEGIN);
}

void counters_stop(void)
{
	if (!counters)
		return;
	command(COUNTER_END);
	pairs++;
}

void counters_reset(void)
{
	if (counters)
		command(COUNTER_CLEAR);
	pairs = 0;
}

static void print_name(unsigned counter)
{
	char text[COUNTER_NAME_SIZE + 1] = {0};

	for (unsigned n = 0; n < COUNTER_NAME_SIZE / 8; n++) {
		uint64_t letters = part(counter, COUNTER_PART_NAME + n);

		memcpy(text + (size_t)n * 8, &letters, sizeof(letters));
		if (memchr(&letters, 0, sizeof(letters)))
			break;
	}
	printf(" %s", text);
}

void counters_print(double operations)
{
	if (!counters)
		return;
	printf(" |");
	for (unsigned i = 0; i < counters; i++) {
		double value = (double)part(i, COUNTER_PART_VALUE) - empty_pair[i] * pairs;

		if (value <= 0)
			continue;
		print_name(i);
		printf("=%.4f", value / operations);
	}
}
