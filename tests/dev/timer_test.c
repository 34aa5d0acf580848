/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer_test.c - the timer tick through the whole PC: host timer, 8254 channel 0, IRQ 0, and what
 * Linux does with ports 0x42, 0x43 and 0x61 to calibrate its clock.
 *
 * Invariant: the guest of these tests takes interrupts only where a test says so.
 */
#include "host.h"

enum { TICK_100HZ = 11932 };

/* How a clock event device is programmed: mode, then both bytes. */
static void program0(uint8_t mode, uint16_t count)
{
	out(0x43, (uint8_t)(0x30 | mode << 1));
	out(0x40, (uint8_t)count);
	out(0x40, (uint8_t)(count >> 8));
}

/* Run for `ns` in small steps and take every interrupt on the way; how many. */
static unsigned run_and_take(uint64_t ns)
{
	unsigned taken = 0;

	for (uint64_t t = 0; t < ns; t += 10000) {
		host_advance(10000);
		while (host.intr) {
			assert_int_equal(guest_take(), 0);
			taken++;
		}
	}
	return taken;
}

static void bios_ticks_at_18hz(void **state)
{
	(void)state;
	guest_init_pic(1);
	assert_in_range(run_and_take(10 * SECOND), 181, 183);
}

static void periodic_tick_has_its_rate(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(2, TICK_100HZ);
	assert_in_range(run_and_take(20 * SECOND), 1999, 2000);
	assert_in_range(host.timer_fired, 1999, 2002);
}

static void square_wave_ticks_too(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(3, TICK_100HZ);
	assert_in_range(run_and_take(2 * SECOND), 199, 200);
}

static void tick_comes_at_its_instant(void **state)
{
	uint64_t start = host.now_ns;

	(void)state;
	guest_init_pic(1);
	program0(2, TICK_100HZ);
	host_advance(host.timer_ns - start - 1);
	assert_false(host.intr);
	host_advance(1);
	assert_true(host.intr);
	/* N + 1 clocks after the write: 11933 / 1193182 s, rounded up to a clock and a ns. */
	assert_in_range(host.now_ns - start, 10000000, 10002000);
}

static void one_shot_fires_once(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(4, 1193);
	assert_int_equal(run_and_take(SECOND), 1);
	out(0x40, 0xa9); /* the next event: both bytes again, no control word */
	out(0x40, 0x04);
	assert_int_equal(run_and_take(SECOND), 1);
}

static void first_byte_does_not_disturb_a_strobe(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(4, 1193);
	out(0x40, 0xff);
	assert_int_equal(run_and_take(SECOND / 100), 1);
}

static void mode0_interrupts_at_terminal_count(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(0, 1193);
	assert_int_equal(run_and_take(SECOND), 1);
}

static void mode0_control_word_withdraws_the_request(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(0, 1193);
	host_advance(SECOND / 100);
	assert_true(host.intr);
	out(0x43, 0x30);
	assert_false(host.intr);
	assert_int_equal(pc_ack_interrupt(&pc), -1);
}

/* Some guests time loops by the request bit in the 8259, all interrupts off. */
static void request_bit_can_be_polled(void **state)
{
	unsigned loops = 0;

	(void)state;
	guest_init_pic(0);
	program0(0, 1193);
	out(0x20, 0x0a);
	while (!(in(0x20) & 1) && loops++ < 100000)
		host.now_ns += 100; /* nobody delivers host timers either */
	assert_in_range(loops, 9990, 10020);
}

static void shutdown_stops_the_tick(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(2, TICK_100HZ);
	run_and_take(SECOND / 10);
	out(0x43, 0x30);
	assert_int_equal(run_and_take(SECOND), 0);
	assert_in_range(host.timer_fired, 10, 13); /* one superseded deadline at most */
}

/* A guest that takes no interrupts costs no host timers. */
static void ticks_not_taken_are_held(void **state)
{
	unsigned fired;

	(void)state;
	guest_init_pic(1);
	program0(2, TICK_100HZ);
	host_advance(SECOND);
	fired = host.timer_fired;
	assert_true(fired <= 3);
	host_advance(100 * SECOND);
	assert_int_equal(host.timer_fired, fired);
	assert_true(host.intr);
}

/* After a pause: the backlog is bounded, and paid back at no more than twice the rate. */
static void backlog_is_bounded_and_paced(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(2, TICK_100HZ);
	host_advance(100 * SECOND);
	assert_in_range(run_and_take(SECOND / 20), 5, 12);
	assert_in_range(run_and_take(SECOND), 100, 100 + I8254_BACKLOG + 1);
	assert_in_range(run_and_take(SECOND), 99, 101);
}

static void short_pause_loses_nothing(void **state)
{
	unsigned taken;

	(void)state;
	guest_init_pic(1);
	program0(2, TICK_100HZ);
	host_advance(SECOND / 10);
	taken = run_and_take(9 * SECOND / 10 + SECOND / 1000);
	assert_in_range(taken, 99, 100);
}

static void masked_tick_is_one_request(void **state)
{
	(void)state;
	guest_init_pic(0);
	program0(2, TICK_100HZ);
	host_advance(SECOND);
	assert_false(host.intr);
	out(0x21, 0xfe);
	assert_true(host.intr);
}

static void init_of_the_pic_releases_a_held_tick(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(2, TICK_100HZ);
	host_advance(SECOND);
	guest_init_pic(1); /* drops the request that waited */
	assert_in_range(run_and_take(SECOND), 95, 100 + I8254_BACKLOG + 2);
}

/* Linux quick_pit_calibrate: channel 2, mode 0, wait for changes of the high byte. */
static void linux_quick_calibration(void **state)
{
	uint64_t start, end;
	unsigned msb;

	(void)state;
	out(0x61, (in(0x61) & ~0x02) | 0x01);
	out(0x43, 0xb0);
	out(0x42, 0xff);
	out(0x42, 0xff);
	in(0x42);
	assert_int_equal(in(0x42), 0xff);
	start = 0;
	for (msb = 0xff; msb > 0xff - 50; msb--) {
		unsigned count = 0;

		for (; count < 50000; count++) {
			host.now_ns += 1000;
			in(0x42);
			if (in(0x42) != msb)
				break;
		}
		assert_true(count > 5);
		if (msb == 0xff)
			start = host.now_ns;
	}
	end = host.now_ns;
	/* 49 times 256 clocks */
	assert_in_range(end - start, 10513000 - 3000, 10513000 + 3000);
}

/* Linux pit_calibrate_tsc: 10 ms by mode 0 and the OUT bit of port 0x61. */
static void linux_slow_calibration(void **state)
{
	unsigned loops = 0;

	(void)state;
	out(0x61, (in(0x61) & ~0x02) | 0x01);
	out(0x43, 0xb0);
	out(0x42, TICK_100HZ & 0xff);
	out(0x42, TICK_100HZ >> 8);
	while (!(in(0x61) & 0x20)) {
		host.now_ns += 500;
		assert_true(loops++ < 100000);
	}
	assert_in_range(loops, 20000, 20004);
}

static void gate_bit_stops_channel_2(void **state)
{
	uint8_t low, high;

	(void)state;
	out(0x61, 0x01);
	out(0x43, 0xb0);
	out(0x42, 0);
	out(0x42, 0x80);
	host_advance(SECOND / 1000);
	out(0x61, 0x00);
	low = in(0x42);
	high = in(0x42);
	host_advance(SECOND / 1000);
	assert_int_equal(in(0x42), low);
	assert_int_equal(in(0x42), high);
}

static void counter_access_arms_no_timer(void **state)
{
	unsigned calls = host.timer_calls;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		in(0x42);
		in(0x61);
		host.now_ns += 1000;
	}
	assert_int_equal(host.timer_calls, calls);
}

static void reprogramming_forgets_the_backlog(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(2, TICK_100HZ);
	host_advance(SECOND / 10);
	program0(2, TICK_100HZ);
	assert_in_range(run_and_take(SECOND), 99, 101); /* one waited in the 8259 */
}

/* Two events passed while interrupts were off: one waits in the 8259, a new one replaces the other.
 */
static void restarted_one_shot_has_no_backlog(void **state)
{
	(void)state;
	guest_init_pic(1);
	program0(4, 1193);
	host_advance(SECOND / 100);
	out(0x40, 0xa9);
	out(0x40, 0x04);
	host_advance(SECOND / 100);
	out(0x40, 0xa9);
	out(0x40, 0x04);
	assert_int_equal(guest_take(), 0);
	assert_false(host.intr);
	assert_int_equal(run_and_take(SECOND), 1);
}

static void same_deadline_is_armed_once(void **state)
{
	unsigned calls;

	(void)state;
	program0(2, TICK_100HZ);
	calls = host.timer_calls;
	for (unsigned i = 0; i < 100; i++) {
		in(0x71);
		in(0x20);
	}
	assert_int_equal(host.timer_calls, calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PC_TEST(bios_ticks_at_18hz),
		PC_TEST(periodic_tick_has_its_rate),
		PC_TEST(square_wave_ticks_too),
		PC_TEST(tick_comes_at_its_instant),
		PC_TEST(one_shot_fires_once),
		PC_TEST(first_byte_does_not_disturb_a_strobe),
		PC_TEST(mode0_interrupts_at_terminal_count),
		PC_TEST(mode0_control_word_withdraws_the_request),
		PC_TEST(request_bit_can_be_polled),
		PC_TEST(shutdown_stops_the_tick),
		PC_TEST(ticks_not_taken_are_held),
		PC_TEST(backlog_is_bounded_and_paced),
		PC_TEST(short_pause_loses_nothing),
		PC_TEST(masked_tick_is_one_request),
		PC_TEST(init_of_the_pic_releases_a_held_tick),
		PC_TEST(linux_quick_calibration),
		PC_TEST(linux_slow_calibration),
		PC_TEST(gate_bit_stops_channel_2),
		PC_TEST(counter_access_arms_no_timer),
		PC_TEST(reprogramming_forgets_the_backlog),
		PC_TEST(restarted_one_shot_has_no_backlog),
		PC_TEST(same_deadline_is_armed_once),
	};

	return RUN_TAP(tests);
}
