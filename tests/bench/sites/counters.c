/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters.c - see counters.h.
 *
 * Invariant: reading changes no counter between begin and end, for they are read later.
 */
#include "counters.h"
#include "console.h"
#include "decimal.h"
#include "micro.h"

#include "../../../wedge/include/wedge/dev/counter_ports.h"

enum { COUNTERS_MAX = 256, DECIMALS = 3 };

static char names[COUNTERS_MAX][COUNTER_NAME_SIZE + 1];
static word discount[COUNTERS_MAX];
static unsigned int count;

static void choose(unsigned int index, unsigned int part)
{
	outw(COUNTER_SELECT, (uint16_t)COUNTER_ITEM(index, part));
}

/* The lower half is enough for one measurement. */
static word value_of(unsigned int index)
{
	choose(index, COUNTER_PART_VALUE);
	return inl(COUNTER_DATA);
}

static void read_name(unsigned int index)
{
	for (unsigned int i = 0; i < COUNTER_NAME_SIZE; i += 8) {
		choose(index, COUNTER_PART_NAME + i / 8);
		for (unsigned int n = 0; n < 8; n++)
			names[index][i + n] = (char)inb((uint16_t)(COUNTER_DATA + n));
	}
}

static bool is_there(void)
{
	for (unsigned int i = 0; i < 4; i++) {
		if (inb((uint16_t)(COUNTER_SIGNATURE + i)) != COUNTER_SIGNATURE_TEXT[i])
			return false;
	}
	return true;
}

static void find(void)
{
	static bool looked;

	if (looked)
		return;
	looked = true;
	if (!is_there())
		return;
	count = inw(COUNTER_COUNT);
	if (count > COUNTERS_MAX)
		fail("the wedge has %u counters, more than %u", count, COUNTERS_MAX);
	for (unsigned int i = 0; i < count; i++)
		read_name(i);
}

void counters_begin(void)
{
	find();
	if (!count)
		return;
	outb(COUNTER_COMMAND, COUNTER_CLEAR);
	outb(COUNTER_COMMAND, COUNTER_BEGIN);
}

void counters_end(void)
{
	if (count)
		outb(COUNTER_COMMAND, COUNTER_END);
}

void counters_discount(void)
{
	for (unsigned int i = 0; i < count; i++)
		discount[i] = value_of(i);
}

void counters_print(word executions)
{
	const char *before = " |";

	for (unsigned int i = 0; i < count; i++) {
		word value = value_of(i);

		if (value <= discount[i])
			continue;
		console_print("%s %s=", before, names[i]);
		decimal_print(value - discount[i], executions, DECIMALS);
		before = "";
	}
}
