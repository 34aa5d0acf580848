/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counter_ports_test.c - the counters' ports as a program reads them, byte by byte.
 *
 * Invariant: only what counter_ports.h promises is asked for; the host's counters are host.counter.
 */
#include "host.h"

#include <string.h>

static uint64_t read_bytes(uint16_t port, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)in((uint16_t)(port + i)) << 8 * i;
	return value;
}

static void choose(unsigned index, unsigned part)
{
	unsigned item = COUNTER_ITEM(index, part);

	out(COUNTER_SELECT, (uint8_t)item);
	out(COUNTER_SELECT + 1, (uint8_t)(item >> 8));
}

static uint64_t value_of(unsigned index)
{
	choose(index, COUNTER_PART_VALUE);
	return read_bytes(COUNTER_DATA, 8);
}

static void command(uint8_t value)
{
	out(COUNTER_COMMAND, value);
}

static void expect_name(unsigned index, const char *name)
{
	char text[COUNTER_NAME_SIZE];

	for (unsigned i = 0; i < sizeof(text); i += 8) {
		uint64_t part;

		choose(index, COUNTER_PART_NAME + i / 8);
		part = read_bytes(COUNTER_DATA, 8);
		memcpy(text + i, &part, 8);
	}
	assert_string_equal(text, name);
	for (size_t i = strlen(name); i < sizeof(text); i++)
		assert_int_equal(text[i], 0);
}

static void device_is_found(void **state)
{
	(void)state;
	assert_int_equal(in(COUNTER_SIGNATURE), 'A');
	assert_int_equal(read_bytes(COUNTER_SIGNATURE, 4), 0x43626641);
	assert_int_equal(read_bytes(COUNTER_COUNT, 2), HOST_COUNTERS);
	assert_int_equal(pc_io_read(&pc, COUNTER_SIGNATURE, 4), 0x43626641);
	assert_int_equal(pc_io_read(&pc, COUNTER_COUNT, 2), HOST_COUNTERS);
}

static void names_come_in_parts(void **state)
{
	(void)state;
	expect_name(0, "a");
	expect_name(1, "eight888");
	expect_name(2, "a-name-of-thirty-one-characters");
	choose(0, 15);
	assert_int_equal(read_bytes(COUNTER_DATA, 8), 0);
}

static void selection_reads_back(void **state)
{
	(void)state;
	choose(2, 3);
	assert_int_equal(read_bytes(COUNTER_SELECT, 2), 0x3002);
	pc_io_write(&pc, COUNTER_SELECT, 2, COUNTER_ITEM(0x123, 4));
	assert_int_equal(read_bytes(COUNTER_SELECT, 2), 0x4123);
}

static void no_such_counter_reads_ones(void **state)
{
	(void)state;
	assert_int_equal(value_of(HOST_COUNTERS), UINT64_MAX);
	assert_int_equal(value_of(0xfff), UINT64_MAX);
	choose(HOST_COUNTERS, COUNTER_PART_NAME);
	assert_int_equal(read_bytes(COUNTER_DATA, 8), UINT64_MAX);
}

static void nothing_is_shown_before_a_command(void **state)
{
	(void)state;
	host.counter[1] = 5;
	assert_int_equal(value_of(1), 0);
}

static void totals_stay_until_the_next_command(void **state)
{
	(void)state;
	host.counter[0] = 7;
	host.counter[2] = UINT64_C(0x1122334455667788);
	command(COUNTER_TOTAL);
	host.counter[0] = 1000;
	assert_int_equal(value_of(0), 7);
	assert_int_equal(value_of(1), 0);
	assert_int_equal(value_of(2), UINT64_C(0x1122334455667788));
	command(COUNTER_TOTAL);
	assert_int_equal(value_of(0), 1000);
	command(COUNTER_CLEAR);
	assert_int_equal(value_of(0), 0);
}

/* Only what happens between a pair counts, and pairs add up. */
static void batches_add_up(void **state)
{
	(void)state;
	host.counter[0] = 100;
	command(COUNTER_CLEAR);
	for (unsigned i = 1; i <= 3; i++) {
		command(COUNTER_BEGIN);
		host.counter[0] += i;
		command(COUNTER_END);
		host.counter[0] += 50;
		host.counter[1] += 9;
	}
	assert_int_equal(value_of(0), 6);
	assert_int_equal(value_of(1), 0);
}

static void second_begin_replaces_the_first(void **state)
{
	(void)state;
	command(COUNTER_BEGIN);
	host.counter[0] = 10;
	command(COUNTER_BEGIN);
	host.counter[0] = 12;
	command(COUNTER_END);
	assert_int_equal(value_of(0), 2);
}

static void end_without_begin_adds_nothing(void **state)
{
	(void)state;
	host.counter[0] = 10;
	command(COUNTER_END);
	assert_int_equal(value_of(0), 0);
	command(COUNTER_BEGIN);
	host.counter[0] = 11;
	command(COUNTER_END);
	host.counter[0] = 20;
	command(COUNTER_END);
	assert_int_equal(value_of(0), 1);
}

static void other_writes_do_nothing(void **state)
{
	(void)state;
	host.counter[0] = 3;
	command(COUNTER_TOTAL);
	choose(0, COUNTER_PART_VALUE);
	host.counter[0] = 4;
	for (unsigned value = COUNTER_END + 1; value < 256; value++)
		command((uint8_t)value);
	for (uint16_t port = COUNTER_PORTS + 1; port < COUNTER_PORTS + COUNTER_PORTS_COUNT;
	     port++) {
		if (port != COUNTER_SELECT && port != COUNTER_SELECT + 1)
			out(port, 0);
	}
	assert_int_equal(read_bytes(COUNTER_DATA, 8), 3);
}

static void more_counters_than_room_are_cut(void **state)
{
	const struct pc_config config = {.host = HOST};

	(void)state;
	host.counters = 5000;
	pc_init(&pc, &config);
	assert_int_equal(read_bytes(COUNTER_COUNT, 2), COUNTER_PORTS_MAX);
	command(COUNTER_TOTAL);
	assert_int_equal(value_of(COUNTER_PORTS_MAX - 1), 0);
	assert_int_equal(value_of(COUNTER_PORTS_MAX), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PC_TEST(device_is_found),
		PC_TEST(names_come_in_parts),
		PC_TEST(selection_reads_back),
		PC_TEST(no_such_counter_reads_ones),
		PC_TEST(nothing_is_shown_before_a_command),
		PC_TEST(totals_stay_until_the_next_command),
		PC_TEST(batches_add_up),
		PC_TEST(second_begin_replaces_the_first),
		PC_TEST(end_without_begin_adds_nothing),
		PC_TEST(other_writes_do_nothing),
		PC_TEST(more_counters_than_room_are_cut),
	};

	return RUN_TAP(tests);
}
