/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pit_test.c - the 8254 against its data sheet (order number 231164), section "Mode Definitions"
 * and what precedes it.
 *
 * Invariant: time is counted in input clocks; `clocks(n)` is the instant of the n-th after start.
 */
#include "host.h"

#include <wedge/lib/muldiv.h>

#define ORIGIN (5 * SECOND + 77)

static struct i8254 pit;

static uint64_t clocks(uint64_t n)
{
	return ORIGIN + u64_muldiv_up(n, SECOND, I8254_HZ);
}

static int setup(void **state)
{
	(void)state;
	i8254_init(&pit, ORIGIN);
	i8254_set_gate2(&pit, true, ORIGIN);
	return 0;
}

static void command(uint8_t value, uint64_t at)
{
	i8254_write(&pit, 3, value, clocks(at));
}

/* Channel 2, both bytes. */
static void program(uint8_t mode, uint16_t count, uint64_t at)
{
	command((uint8_t)(0xb0 | mode << 1), at);
	i8254_write(&pit, 2, (uint8_t)count, clocks(at));
	i8254_write(&pit, 2, (uint8_t)(count >> 8), clocks(at));
}

static uint8_t get(uint64_t at)
{
	return i8254_read(&pit, 2, clocks(at));
}

static unsigned get16(uint64_t at)
{
	unsigned low = get(at);

	return low | (unsigned)get(at) << 8;
}

static bool out2(uint64_t at)
{
	return i8254_out(&pit, 2, clocks(at));
}

static void gate(bool level, uint64_t at)
{
	i8254_set_gate2(&pit, level, clocks(at));
}

/* Mode 0: OUT low until N + 1 clocks after the count is written, then high for good. */
static void mode0_terminal_count(void **state)
{
	(void)state;
	command(0xb0, 10);
	assert_false(out2(10));
	program(0, 100, 10);
	assert_false(out2(11));
	assert_false(out2(110));
	assert_true(out2(111));
	assert_true(out2(1000000));
}

static void mode0_counts_down_and_wraps(void **state)
{
	(void)state;
	program(0, 100, 10);
	assert_int_equal(get16(11), 100);
	assert_int_equal(get16(12), 99);
	assert_int_equal(get16(111), 0);
	assert_int_equal(get16(112), 0xffff);
	assert_int_equal(get16(112 + 65536), 0xffff);
}

static void mode0_first_byte_stops_counting(void **state)
{
	(void)state;
	program(0, 5, 0);
	assert_true(out2(100));
	i8254_write(&pit, 2, 9, clocks(100));
	assert_false(out2(100));
	assert_false(out2(500));
	i8254_write(&pit, 2, 0, clocks(500));
	assert_false(out2(509));
	assert_true(out2(510));
}

static void mode0_gate_pauses(void **state)
{
	(void)state;
	program(0, 100, 0);
	gate(false, 51);
	assert_int_equal(get16(400), 50);
	assert_false(out2(400));
	gate(true, 400);
	assert_int_equal(get16(410), 40);
	assert_false(out2(449));
	assert_true(out2(450));
}

static void mode0_count_written_with_gate_low_waits(void **state)
{
	(void)state;
	gate(false, 0);
	program(0, 10, 0);
	assert_int_equal(get16(50), 10);
	gate(true, 50);
	assert_false(out2(59));
	assert_true(out2(60));
}

/* Mode 1: OUT goes low on the clock after the trigger, for N clocks; retriggerable. */
static void mode1_one_shot(void **state)
{
	(void)state;
	gate(false, 0);
	program(1, 10, 0);
	assert_true(out2(100));
	gate(true, 100);
	assert_false(out2(101));
	assert_false(out2(110));
	assert_true(out2(111));
}

static void mode1_retrigger_extends(void **state)
{
	(void)state;
	gate(false, 0);
	program(1, 10, 0);
	gate(true, 100);
	gate(false, 105);
	gate(true, 106);
	assert_false(out2(116));
	assert_true(out2(117));
}

static void mode1_new_count_waits_for_trigger(void **state)
{
	(void)state;
	gate(false, 0);
	program(1, 10, 0);
	gate(true, 100);
	i8254_write(&pit, 2, 20, clocks(105));
	i8254_write(&pit, 2, 0, clocks(105));
	assert_true(out2(111));
	gate(false, 200);
	gate(true, 201);
	assert_false(out2(221));
	assert_true(out2(222));
}

/* Mode 2: count N to 1, OUT low while it is 1, period N. */
static void mode2_rate_generator(void **state)
{
	(void)state;
	program(2, 4, 0);
	for (unsigned i = 0; i < 40; i++) {
		assert_int_equal(get16(1 + i), 4 - i % 4);
		assert_int_equal(out2(1 + i), i % 4 != 3);
	}
}

static void mode2_gate_reloads(void **state)
{
	(void)state;
	program(2, 10, 0);
	gate(false, 10); /* count is 1, OUT low */
	assert_true(out2(10));
	assert_int_equal(get16(50), 1);
	gate(true, 60);
	assert_int_equal(get16(61), 10);
	assert_false(out2(70));
}

static void mode2_new_count_from_next_period(void **state)
{
	(void)state;
	program(2, 10, 0);
	i8254_write(&pit, 2, 4, clocks(5));
	i8254_write(&pit, 2, 0, clocks(5));
	assert_int_equal(get16(6), 5);
	assert_false(out2(10));
	assert_int_equal(get16(11), 4);
	assert_false(out2(14));
	assert_int_equal(get16(15), 4);
}

/* Mode 3: even counts have equal halves, odd ones one clock more of high. */
static void mode3_even(void **state)
{
	(void)state;
	program(3, 6, 0);
	for (unsigned i = 0; i < 60; i++) {
		assert_int_equal(out2(1 + i), i % 6 < 3);
		assert_int_equal(get16(1 + i), 6 - 2 * (i % 3));
	}
}

static void mode3_odd(void **state)
{
	static const unsigned count[5] = {4, 2, 0, 4, 2};

	(void)state;
	program(3, 5, 0);
	for (unsigned i = 0; i < 50; i++) {
		assert_int_equal(out2(1 + i), i % 5 < 3);
		assert_int_equal(get16(1 + i), count[i % 5]);
	}
}

static void mode3_new_count_from_next_half(void **state)
{
	(void)state;
	program(3, 20, 0);
	i8254_write(&pit, 2, 8, clocks(5));
	i8254_write(&pit, 2, 0, clocks(5));
	assert_true(out2(10));
	assert_false(out2(11));
	assert_int_equal(get16(11), 8);
	assert_false(out2(14));
	assert_true(out2(15));
	assert_false(out2(19));
}

/* Mode 4: OUT low for one clock when the count has expired, N + 1 clocks after the write. */
static void mode4_software_strobe(void **state)
{
	(void)state;
	program(4, 10, 0);
	assert_true(out2(0));
	assert_true(out2(10));
	assert_false(out2(11));
	assert_true(out2(12));
	assert_true(out2(12 + 65536 * 3));
}

static void mode5_hardware_strobe(void **state)
{
	(void)state;
	gate(false, 0);
	program(5, 10, 0);
	assert_true(out2(11));
	gate(true, 50);
	gate(false, 52); /* the level has no effect, the edge had */
	assert_true(out2(60));
	assert_false(out2(61));
	assert_true(out2(62));
}

static void mode_aliases_6_and_7(void **state)
{
	(void)state;
	program(6, 4, 0);
	assert_false(out2(4));
	assert_int_equal(get16(5), 4);
	program(7, 6, 100);
	assert_false(out2(104));
}

static void count_zero_is_the_largest(void **state)
{
	(void)state;
	program(2, 0, 0);
	assert_int_equal(get16(1), 0);
	assert_int_equal(get16(2), 0xffff);
	assert_false(out2(65536));
	assert_true(out2(65537));
}

static void count_one_makes_no_empty_period(void **state)
{
	(void)state;
	program(2, 1, 0);
	assert_true(out2(1));
	assert_false(out2(2));
	program(3, 1, 10);
	assert_true(out2(11));
	assert_false(out2(12));
}

static void bcd_counting(void **state)
{
	(void)state;
	command(0xb1, 0); /* mode 0, BCD */
	i8254_write(&pit, 2, 0x00, clocks(0));
	i8254_write(&pit, 2, 0x10, clocks(0));
	assert_int_equal(get16(1), 0x1000);
	assert_int_equal(get16(2), 0x0999);
	assert_int_equal(get16(1002), 0x9999);
	command(0xb5, 2000); /* mode 2, BCD, 0 = 10000 */
	i8254_write(&pit, 2, 0, clocks(2000));
	i8254_write(&pit, 2, 0, clocks(2000));
	assert_int_equal(get16(2001), 0x0000);
	assert_int_equal(get16(2002), 0x9999);
	assert_false(out2(12000));
	assert_true(out2(12001));
}

/* "Read/Write Operations": one byte only. */
static void low_byte_access(void **state)
{
	(void)state;
	command(0x90, 0); /* mode 0, low byte */
	i8254_write(&pit, 2, 200, clocks(0));
	assert_int_equal(get(1), 200);
	assert_int_equal(get(2), 199);
	assert_true(out2(201));
}

static void high_byte_access(void **state)
{
	(void)state;
	command(0xa0, 0); /* mode 0, high byte */
	i8254_write(&pit, 2, 2, clocks(0));
	assert_int_equal(get(1), 2);
	assert_int_equal(get(2), 1);
	assert_true(out2(513));
}

/* "Counter Latch Command" */
static void latch_holds_until_read(void **state)
{
	(void)state;
	program(0, 0x1234, 0);
	command(0x80, 5);
	command(0x80, 100); /* ignored: the first is not read yet */
	assert_int_equal(get16(200), 0x1230);
	assert_int_equal(get16(201), 0x1234 - 200);
}

static void latch_of_one_byte(void **state)
{
	(void)state;
	command(0x90, 0);
	i8254_write(&pit, 2, 200, clocks(0));
	command(0x80, 11);
	assert_int_equal(get(50), 190);
	assert_int_equal(get(51), 150);
}

/* "Read-Back Command": the control word as written, NULL COUNT, OUT. */
static void read_back_status(void **state)
{
	(void)state;
	command(0xb4, 0); /* mode 2, no count yet */
	command(0xe8, 0);
	assert_int_equal(get(0), 0x80 | 0x40 | 0x34);
	program(2, 10, 0);
	command(0xe8, 0);
	assert_int_equal(get(0), 0x80 | 0x40 | 0x34);
	command(0xe8, 1);
	assert_int_equal(get(1), 0x80 | 0x34);
	command(0xe8, 10);
	assert_int_equal(get(90), 0x34); /* OUT was low at the latch */
}

static void read_back_status_before_count(void **state)
{
	(void)state;
	program(0, 0x0456, 0);
	command(0xc8, 0x57); /* both of channel 2 */
	command(0xe8, 0x1000);
	assert_int_equal(get(0x1000), 0x30);
	assert_int_equal(get16(0x1000), 0x0400);
}

static void read_back_of_several_channels(void **state)
{
	(void)state;
	program(0, 1000, 0);
	command(0xde, 11); /* counts of all */
	assert_int_equal(get16(500), 990);
	assert_int_equal(i8254_read(&pit, 1, clocks(500)), 18 - 10 % 18);
	assert_int_equal(i8254_read(&pit, 0, clocks(500)), (65536 - 20) & 0xff);
	assert_int_equal(i8254_read(&pit, 0, clocks(500)), 0xff);
}

static void status_shows_count_not_yet_loaded(void **state)
{
	(void)state;
	program(2, 10, 0);
	i8254_write(&pit, 2, 4, clocks(5));
	i8254_write(&pit, 2, 0, clocks(5));
	command(0xe8, 6);
	assert_int_equal(get(6) & 0x40, 0x40);
	command(0xe8, 11);
	assert_int_equal(get(11) & 0x40, 0);
}

static void control_word_cannot_be_read(void **state)
{
	(void)state;
	assert_int_equal(i8254_read(&pit, 3, clocks(0)), 0xff);
}

static void refresh_toggles_every_15us(void **state)
{
	uint64_t now = ORIGIN;
	unsigned toggles = 0;
	bool before = i8254_refresh_toggle(&pit, now);

	(void)state;
	for (; now < ORIGIN + SECOND / 100; now += 1000) {
		bool level = i8254_refresh_toggle(&pit, now);

		toggles += level != before;
		before = level;
	}
	assert_in_range(toggles, 662, 664); /* 11931.82 clocks / 18 */
}

static void new_count_forgets_the_pause(void **state)
{
	(void)state;
	program(0, 100, 0);
	gate(false, 51);
	i8254_write(&pit, 2, 30, clocks(60));
	i8254_write(&pit, 2, 0, clocks(60));
	assert_int_equal(get16(70), 30);
	gate(true, 100);
	assert_int_equal(get16(110), 20);
}

static void control_word_starts_with_the_low_byte(void **state)
{
	(void)state;
	program(0, 0x1234, 0);
	get(1);
	program(0, 0x5678, 10);
	assert_int_equal(get16(11), 0x5678);
}

/* Ten years at 1193182 Hz: not one clock too many or too few, and no overflow. */
static void no_drift_over_years(void **state)
{
	const uint64_t years = 10 * UINT64_C(31557600);

	(void)state;
	program(2, 1000, 0);
	for (uint64_t s = years; s < years + 1000; s++) {
		uint64_t elapsed = s * I8254_HZ - 1;

		assert_int_equal(i8254_read(&pit, 2, ORIGIN + s * SECOND),
				 (1000 - elapsed % 1000) & 0xff);
		get(0); /* the other byte */
	}
}

/* The count as read never goes up within one run of mode 0, whatever the instants. */
static void property_mode0_is_monotonic(void **state)
{
	uint64_t seed = 0x8254, now = clocks(1), last = 65535;

	(void)state;
	program(0, 0xffff, 0);
	for (;;) {
		uint64_t low, count;

		now += next_random(&seed) % 5000;
		if (now >= clocks(65535))
			break;
		i8254_write(&pit, 3, 0x80, now);
		low = i8254_read(&pit, 2, now);
		count = low | (uint64_t)i8254_read(&pit, 2, now) << 8;
		assert_true(count <= last);
		last = count;
	}
	assert_true(last < 10);
}

/* Count and OUT of modes 2 and 3 agree with a counter that really counts. */
static void property_agrees_with_stepping(void **state)
{
	uint64_t seed = 0x1193182;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		uint16_t n = (uint16_t)(2 + next_random(&seed) % 300);
		unsigned left = n, high = (n + 1u) / 2;

		setup(NULL);
		program(2, n, 0);
		for (unsigned i = 1; i < 2000; i++) {
			assert_int_equal(get16(i), left);
			assert_int_equal(out2(i), left != 1);
			left = left == 1 ? n : left - 1;
		}
		program(3, n, 2000);
		for (unsigned i = 2001, phase = 0; i < 4000; i++) {
			assert_int_equal(out2(i), phase < high);
			phase = (phase + 1) % n;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(mode0_terminal_count, setup),
		cmocka_unit_test_setup(mode0_counts_down_and_wraps, setup),
		cmocka_unit_test_setup(mode0_first_byte_stops_counting, setup),
		cmocka_unit_test_setup(mode0_gate_pauses, setup),
		cmocka_unit_test_setup(mode0_count_written_with_gate_low_waits, setup),
		cmocka_unit_test_setup(mode1_one_shot, setup),
		cmocka_unit_test_setup(mode1_retrigger_extends, setup),
		cmocka_unit_test_setup(mode1_new_count_waits_for_trigger, setup),
		cmocka_unit_test_setup(mode2_rate_generator, setup),
		cmocka_unit_test_setup(mode2_gate_reloads, setup),
		cmocka_unit_test_setup(mode2_new_count_from_next_period, setup),
		cmocka_unit_test_setup(mode3_even, setup),
		cmocka_unit_test_setup(mode3_odd, setup),
		cmocka_unit_test_setup(mode3_new_count_from_next_half, setup),
		cmocka_unit_test_setup(mode4_software_strobe, setup),
		cmocka_unit_test_setup(mode5_hardware_strobe, setup),
		cmocka_unit_test_setup(mode_aliases_6_and_7, setup),
		cmocka_unit_test_setup(count_zero_is_the_largest, setup),
		cmocka_unit_test_setup(count_one_makes_no_empty_period, setup),
		cmocka_unit_test_setup(bcd_counting, setup),
		cmocka_unit_test_setup(low_byte_access, setup),
		cmocka_unit_test_setup(high_byte_access, setup),
		cmocka_unit_test_setup(latch_holds_until_read, setup),
		cmocka_unit_test_setup(latch_of_one_byte, setup),
		cmocka_unit_test_setup(read_back_status, setup),
		cmocka_unit_test_setup(read_back_status_before_count, setup),
		cmocka_unit_test_setup(read_back_of_several_channels, setup),
		cmocka_unit_test_setup(status_shows_count_not_yet_loaded, setup),
		cmocka_unit_test_setup(control_word_cannot_be_read, setup),
		cmocka_unit_test_setup(refresh_toggles_every_15us, setup),
		cmocka_unit_test_setup(no_drift_over_years, setup),
		cmocka_unit_test_setup(property_mode0_is_monotonic, setup),
		cmocka_unit_test_setup(property_agrees_with_stepping, setup),
		cmocka_unit_test_setup(new_count_forgets_the_pause, setup),
		cmocka_unit_test_setup(control_word_starts_with_the_low_byte, setup),
	};

	return RUN_TAP(tests);
}
