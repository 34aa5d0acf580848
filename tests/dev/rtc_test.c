/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rtc_test.c - the MC146818A through ports 0x70 and 0x71, against its data sheet, and the CMOS
 * memory of a PC around it.
 *
 * Invariant: host_setup puts the wall clock at 2026-03-01 00:00:00 - 30 s, a Saturday.
 */
#include "host.h"

#include "../../wedge/dev/calendar.h"

enum { SEC = 0, MIN = 2, HOUR = 4, WDAY = 6, DAY = 7, MON = 8, YEAR = 9, CENT = 0x32 };
enum { A = 0x0a, B = 0x0b, C = 0x0c, D = 0x0d };

static uint8_t get(uint8_t index)
{
	out(0x70, index);
	return in(0x71);
}

static void set(uint8_t index, uint8_t value)
{
	out(0x70, index);
	out(0x71, value);
}

static void check_time(uint8_t hour, uint8_t min, uint8_t sec)
{
	assert_int_equal(get(HOUR), hour);
	assert_int_equal(get(MIN), min);
	assert_int_equal(get(SEC), sec);
}

static void check_date(uint8_t century, uint8_t year, uint8_t month, uint8_t day)
{
	assert_int_equal(get(CENT), century);
	assert_int_equal(get(YEAR), year);
	assert_int_equal(get(MON), month);
	assert_int_equal(get(DAY), day);
}

static void starts_with_host_time_in_bcd(void **state)
{
	(void)state;
	check_time(0x23, 0x59, 0x30);
	check_date(0x20, 0x26, 0x02, 0x28);
	assert_int_equal(get(WDAY), 7);
}

static void ticks_over_midnight(void **state)
{
	(void)state;
	host_advance(31 * SECOND);
	check_time(0x00, 0x00, 0x01);
	check_date(0x20, 0x26, 0x03, 0x01);
	assert_int_equal(get(WDAY), 1);
}

static void binary_mode(void **state)
{
	(void)state;
	set(B, 0x06);
	check_time(23, 59, 30);
	check_date(20, 26, 2, 28);
}

static void twelve_hour_mode(void **state)
{
	static const uint8_t expect[4] = {0x12, 0x11, 0x92, 0x81}; /* 0, 11, 12, 13 o'clock */
	static const uint8_t hours[4] = {0x00, 0x11, 0x12, 0x13};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		set(B, 0x02);
		set(HOUR, hours[i]);
		set(B, 0x00);
		assert_int_equal(get(HOUR), expect[i]);
		set(HOUR, expect[i]);
		set(B, 0x02);
		assert_int_equal(get(HOUR), hours[i]);
	}
}

/* Linux mc146818_set_time: SET, divider reset, cells, divider on, SET off. */
static void set_time(uint8_t hour, uint8_t min, uint8_t sec)
{
	uint8_t b = get(B), a = get(A) & 0x7f;

	set(B, b | 0x80);
	set(A, a | 0x70);
	set(HOUR, hour);
	set(MIN, min);
	set(SEC, sec);
	set(B, b);
	set(A, a);
}

static void set_time_runs_from_there(void **state)
{
	(void)state;
	set_time(0x12, 0x34, 0x56);
	check_time(0x12, 0x34, 0x56);
	host_advance(60 * SECOND);
	check_time(0x12, 0x35, 0x56);
}

/* Data sheet, "Divider control": the first update is half a second after the release. */
static void divider_reset_sets_the_phase(void **state)
{
	(void)state;
	host_advance(SECOND / 7);
	set_time(0x12, 0x34, 0x56);
	host_advance(SECOND / 2 - 1);
	assert_int_equal(get(SEC), 0x56);
	host_advance(1);
	assert_int_equal(get(SEC), 0x57);
	host_advance(SECOND - 1);
	assert_int_equal(get(SEC), 0x57);
	host_advance(1);
	assert_int_equal(get(SEC), 0x58);
}

static void set_bit_freezes(void **state)
{
	(void)state;
	set(B, 0x82);
	host_advance(10 * SECOND);
	assert_int_equal(get(SEC), 0x30);
	set(SEC, 0x11);
	assert_int_equal(get(SEC), 0x11);
	set(B, 0x02);
	assert_int_equal(get(SEC), 0x11);
	host_advance(SECOND);
	assert_int_equal(get(SEC), 0x12);
}

static void time_can_be_written_while_running(void **state)
{
	(void)state;
	set(MIN, 0x07);
	check_time(0x23, 0x07, 0x30);
	host_advance(SECOND);
	check_time(0x23, 0x07, 0x31);
}

static void leap_years(void **state)
{
	(void)state;
	set(YEAR, 0x24);
	host_advance(30 * SECOND);
	check_date(0x20, 0x24, 0x02, 0x29);
	host_advance(86400 * SECOND);
	check_date(0x20, 0x24, 0x03, 0x01);
}

static void century_rolls_over(void **state)
{
	(void)state;
	set(YEAR, 0x99);
	set(MON, 0x12);
	set(DAY, 0x31);
	host_advance(30 * SECOND);
	check_date(0x21, 0x00, 0x01, 0x01);
}

static void nonsense_in_the_cells_is_harmless(void **state)
{
	(void)state;
	for (unsigned value = 0; value < 256; value++)
		for (uint8_t cell = 0; cell < 10; cell++) {
			set(cell, (uint8_t)value);
			assert_in_range(get(MON), 0x01, 0x12);
			assert_in_range(get(DAY), 0x01, 0x31);
			assert_in_range(get(SEC), 0x00, 0x59);
		}
	set(CENT, 0);
	set(YEAR, 0);
	assert_int_equal(get(YEAR), 0x01);
}

/* Update-in-progress: from 244 us before to the end of the 1984 us update. */
static void uip_announces_the_update(void **state)
{
	(void)state;
	host_advance(SECOND - 2228001);
	assert_int_equal(get(A) & 0x80, 0);
	host_advance(1);
	assert_int_equal(get(A) & 0x80, 0x80);
	assert_int_equal(get(SEC), 0x30);
	host_advance(2228000 - 1);
	assert_int_equal(get(A) & 0x80, 0x80);
	host_advance(1);
	assert_int_equal(get(A) & 0x80, 0);
	assert_int_equal(get(SEC), 0x31);
}

static void uip_is_low_while_set(void **state)
{
	(void)state;
	host_advance(SECOND - 1000000);
	assert_int_equal(get(A) & 0x80, 0x80);
	set(B, 0x82);
	assert_int_equal(get(A) & 0x80, 0);
}

static void registers_c_and_d_are_read_only(void **state)
{
	(void)state;
	set(C, 0xff);
	set(D, 0x00);
	assert_int_equal(get(C), 0);
	assert_int_equal(get(D), 0x80);
}

static void flags_rise_without_interrupts(void **state)
{
	(void)state;
	host_advance(3 * SECOND);
	assert_int_equal(get(C), 0x50); /* periodic and update-ended, no IRQF */
	assert_int_equal(get(C), 0x00); /* reading clears */
	assert_false(host.intr);
}

static void update_ended_interrupts_each_second(void **state)
{
	(void)state;
	guest_init_pic(0x100);
	set(B, 0x12);
	for (unsigned i = 0; i < 5; i++) {
		host_advance(SECOND - 1);
		assert_false(host.intr);
		host_advance(1);
		assert_true(host.intr);
		assert_int_equal(guest_take(), 8);
		assert_int_equal(get(C) & 0x90, 0x90);
	}
}

static void set_bit_clears_uie(void **state)
{
	(void)state;
	set(B, 0x12);
	set(B, 0x92);
	assert_int_equal(get(B), 0x82);
}

static void unread_register_c_stops_interrupts(void **state)
{
	unsigned fired;

	(void)state;
	guest_init_pic(0x100);
	set(B, 0x42); /* 1024 Hz */
	host_advance(SECOND / 10);
	assert_int_equal(guest_take(), 8);
	fired = host.timer_fired;
	host_advance(10 * SECOND);
	assert_false(host.intr);
	assert_in_range(host.timer_fired, fired, fired + 1);
	get(C);
	host_advance(SECOND / 1000);
	assert_true(host.intr);
}

static unsigned periodic_interrupts_in_a_second(uint8_t rate)
{
	unsigned count = 0;

	host_setup(NULL);
	guest_init_pic(0x100);
	set(A, 0x20 | rate);
	set(B, 0x42);
	for (unsigned i = 0; i < 20000; i++) {
		host_advance(SECOND / 20000);
		if (!host.intr)
			continue;
		guest_take();
		get(C);
		count++;
	}
	return count;
}

/* Table 5 of the data sheet, 32.768 kHz column. */
static void periodic_rates(void **state)
{
	static const unsigned rate[16] = {0,   256, 128, 8192, 4096, 2048, 1024, 512,
					  256, 128, 64,	 32,   16,   8,	   4,	 2};

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		assert_int_equal(periodic_interrupts_in_a_second(i), rate[i]);
}

static void alarm_at_a_time_of_day(void **state)
{
	(void)state;
	guest_init_pic(0x100);
	set(1, 0x05);
	set(3, 0x01);
	set(5, 0x00);
	set(B, 0x22);
	host_advance(95 * SECOND - 1); /* 23:59:30 to 00:01:05 */
	assert_false(host.intr);
	host_advance(1);
	assert_true(host.intr);
	assert_int_equal(guest_take(), 8);
	assert_int_equal(get(C) & 0xa0, 0xa0);
	host_advance(86400 * SECOND - 1);
	assert_false(host.intr);
	host_advance(1);
	assert_true(host.intr);
}

/* "Don't care" codes 0xc0 to 0xff: once an hour, a minute, a second. */
static void alarm_with_dont_cares(void **state)
{
	static const uint32_t seconds[3] = {3600, 60, 1};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		host_setup(NULL);
		guest_init_pic(0x100);
		set(5, 0xff);
		set(3, i < 1 ? 0x59 : 0xc0);
		set(1, i < 2 ? 0x30 : 0xd5);
		set(B, 0x22);
		for (unsigned n = 0; n < 3; n++) {
			host_advance(seconds[i] * SECOND - 1);
			assert_false(host.intr);
			host_advance(1);
			assert_int_equal(guest_take(), 8);
			get(C);
		}
	}
}

static void impossible_alarm_never_comes(void **state)
{
	(void)state;
	guest_init_pic(0x100);
	set(1, 0x61);
	set(3, 0xff);
	set(5, 0xff);
	set(B, 0x22);
	host_advance(200000 * SECOND);
	assert_false(host.intr);
}

/* The analytic search for the next alarm against a clock that is looked at every second. */
static void property_alarm_agrees_with_the_clock(void **state)
{
	uint64_t seed = 0x146818;

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		uint64_t r = next_random(&seed);
		uint8_t h = r & 1 ? 0xff : (r >> 8) % 24, m = r & 2 ? 0xff : (r >> 16) % 60;
		uint8_t s = r & 4 ? 0xff : (r >> 24) % 60;

		host_setup(NULL);
		set(B, 0x06);
		set(HOUR, (r >> 32) % 24);
		set(MIN, (r >> 40) % 60);
		set(SEC, (r >> 48) % 60);
		set(5, h);
		set(3, m);
		set(1, s);
		get(C);
		for (unsigned i = 0; i < 4000; i++) {
			host_advance(SECOND);
			assert_int_equal(!!(get(C) & 0x20), (h == 0xff || h == get(HOUR)) &&
								    (m == 0xff || m == get(MIN)) &&
								    (s == 0xff || s == get(SEC)));
		}
	}
}

static void follows_a_jump_of_the_host_clock(void **state)
{
	(void)state;
	host.wall_s += 3600;
	assert_int_equal(get(HOUR), 0x00);
	assert_int_equal(get(MIN), 0x59);
	host.wall_s += 1; /* no jump, only another phase */
	assert_int_equal(get(SEC), 0x30);
}

static void guest_setting_survives_a_host_jump(void **state)
{
	(void)state;
	set_time(0x10, 0x00, 0x00);
	host.wall_s += 120;
	check_time(0x10, 0x02, 0x00);
}

static void host_jump_while_set_changes_nothing(void **state)
{
	(void)state;
	set(B, 0x82);
	host.wall_s += 600;
	set(B, 0x02);
	check_time(0x23, 0x59, 0x30);
}

/* The release moves the phase against the host's seconds; that is no jump of the host. */
static void divider_phase_is_no_host_jump(void **state)
{
	(void)state;
	host_advance(19 * SECOND / 10);
	set_time(0x12, 0x00, 0x00);
	host_advance(SECOND / 10);
	check_time(0x12, 0x00, 0x00);
	host_advance(4 * SECOND / 10);
	check_time(0x12, 0x00, 0x01);
}

static void no_update_flag_while_set(void **state)
{
	(void)state;
	get(C);
	set(B, 0x82);
	get(C);
	host_advance(3 * SECOND);
	assert_int_equal(get(C), 0x40); /* the periodic one goes on */
}

static void nmi_bit_is_not_part_of_the_index(void **state)
{
	(void)state;
	set(0x40, 0x5a);
	assert_int_equal(get(0xc0), 0x5a);
	assert_true(pc.rtc.nmi_masked);
	get(0x40);
	assert_false(pc.rtc.nmi_masked);
}

static void cmos_cells_keep_what_is_written(void **state)
{
	(void)state;
	for (uint8_t i = 0x33; i < 0x80; i++)
		set(i, i ^ 0x5a);
	for (uint8_t i = 0x33; i < 0x80; i++)
		assert_int_equal(get(i), i ^ 0x5a);
}

static void cmos_describes_the_machine(void **state)
{
	unsigned sum = 0;

	(void)state;
	for (uint8_t i = 0x10; i <= 0x2d; i++)
		sum += get(i);
	assert_int_equal(get(0x2e) << 8 | get(0x2f), sum);
	assert_int_equal(get(0x15) | get(0x16) << 8, 640);
	assert_int_equal(get(0x17) | get(0x18) << 8, 0xffff); /* 255 MiB do not fit in KiB */
	assert_int_equal(get(0x34) | get(0x35) << 8, 240 * 16);
	assert_int_equal(get(0x5b) | get(0x5c) << 8, 0);
}

static void property_calendar_round_trip(void **state)
{
	struct calendar last = calendar_date(306), date; /* 0001-01-01 */

	(void)state;
	assert_int_equal(last.year * 10000 + last.month * 100 + last.day, 10101);
	for (uint32_t day = 307; day < 3652365; day++) {
		date = calendar_date(day);
		assert_int_equal(calendar_days(&date), day);
		assert_int_equal(date.weekday, last.weekday % 7 + 1);
		if (date.day != 1)
			assert_true(date.day == last.day + 1 && date.month == last.month);
		else if (date.month != 1)
			assert_true(date.month == last.month + 1 && last.day >= 28);
		else
			assert_true(date.year == last.year + 1 && last.day == 31);
		last = date;
	}
	assert_int_equal(last.year, 9999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PC_TEST(starts_with_host_time_in_bcd),
		PC_TEST(ticks_over_midnight),
		PC_TEST(binary_mode),
		PC_TEST(twelve_hour_mode),
		PC_TEST(set_time_runs_from_there),
		PC_TEST(divider_reset_sets_the_phase),
		PC_TEST(set_bit_freezes),
		PC_TEST(time_can_be_written_while_running),
		PC_TEST(leap_years),
		PC_TEST(century_rolls_over),
		PC_TEST(nonsense_in_the_cells_is_harmless),
		PC_TEST(uip_announces_the_update),
		PC_TEST(uip_is_low_while_set),
		PC_TEST(registers_c_and_d_are_read_only),
		PC_TEST(flags_rise_without_interrupts),
		PC_TEST(update_ended_interrupts_each_second),
		PC_TEST(set_bit_clears_uie),
		PC_TEST(unread_register_c_stops_interrupts),
		PC_TEST(periodic_rates),
		PC_TEST(alarm_at_a_time_of_day),
		PC_TEST(alarm_with_dont_cares),
		PC_TEST(impossible_alarm_never_comes),
		PC_TEST(property_alarm_agrees_with_the_clock),
		PC_TEST(follows_a_jump_of_the_host_clock),
		PC_TEST(guest_setting_survives_a_host_jump),
		PC_TEST(nmi_bit_is_not_part_of_the_index),
		PC_TEST(cmos_cells_keep_what_is_written),
		PC_TEST(cmos_describes_the_machine),
		PC_TEST(property_calendar_round_trip),
		PC_TEST(host_jump_while_set_changes_nothing),
		PC_TEST(divider_phase_is_no_host_jump),
		PC_TEST(no_update_flag_while_set),
	};

	return RUN_TAP(tests);
}
