/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * board_test.c - what pc.c itself does: dispatch, access widths, the interrupt line; and the small
 * registers of the board.
 *
 * Invariant: one test, one port or one promise of dev.h.
 */
#include "host.h"

static void unclaimed_ports_read_ones(void **state)
{
	(void)state;
	assert_int_equal(in(0x2f8), 0xff);
	assert_int_equal(pc_io_read(&pc, 0x300, 2), 0xffff);
	assert_int_equal(pc_io_read(&pc, 0x300, 4), 0xffffffff);
	out(0x2f8, 1);
	pc_io_write(&pc, 0xffff, 2, 0x1234); /* the second byte wraps to port 0 */
	assert_int_equal(pc.stats.unclaimed_reads, 7);
	assert_int_equal(pc.stats.unclaimed_writes, 3);
	assert_int_equal(pc.stats.last_unclaimed, 0);
}

/* Every port that a device owns is none of the unclaimed, and no other is. */
static void claimed_ports_are_these(void **state)
{
	static const uint16_t claimed[] = {
		0x20,  0x21,  0x40,  0x41,  0x42,  0x43,  0x60,	 0x61,	0x64,  0x70,  0x71,  0x80,
		0x92,  0xa0,  0xa1,  0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd, 0x3fe, 0x3ff, 0x4d0,
		0x4d1, 0xcb0, 0xcb1, 0xcb2, 0xcb3, 0xcb4, 0xcb5, 0xcb6, 0xcb7, 0xcb8, 0xcb9, 0xcba,
		0xcbb, 0xcbc, 0xcbd, 0xcbe, 0xcbf, 0xcf9, 0xcfc, 0xcfd, 0xcfe, 0xcff};
	unsigned next = 0;

	(void)state;
	for (unsigned port = 0; port < 0x10000; port++) {
		uint64_t before = pc.stats.unclaimed_reads;
		bool ours = next < sizeof(claimed) / sizeof(claimed[0]) && claimed[next] == port;

		in((uint16_t)port);
		assert_int_equal(pc.stats.unclaimed_reads - before, ours ? 0 : 1);
		next += ours;
	}
	assert_int_equal(next, sizeof(claimed) / sizeof(claimed[0]));
}

static void wide_accesses_split_into_bytes(void **state)
{
	(void)state;
	pc_io_write(&pc, 0x20, 2, 0x1211); /* ICW1 at 0x20, ICW2 at 0x21 */
	out(0x21, 0x04);
	out(0x21, 0x01);
	pc_io_write(&pc, 0x20, 2, 0x5a0b); /* OCW3, IMR */
	assert_int_equal(pc_io_read(&pc, 0x20, 2), 0x5a00);
	pc_io_write(&pc, 0x70, 2, 0x7740); /* the CMOS idiom */
	assert_int_equal(in(0x71), 0x77);
}

static void value_above_the_width_is_ignored(void **state)
{
	(void)state;
	pc_io_write(&pc, 0x3ff, 1, 0xabcdef12);
	assert_int_equal(in(0x3ff), 0x12);
}

static void intr_follows_the_line(void **state)
{
	(void)state;
	guest_init_pic(0x20);
	pc_set_irq(&pc, 5, true);
	assert_true(host.intr);
	assert_true(host.intr);
	pc_set_irq(&pc, 5, false);
	assert_false(host.intr);
	assert_false(host.intr);
	assert_int_equal(pc_ack_interrupt(&pc), -1);
}

static void intr_is_told_once_per_change(void **state)
{
	unsigned changes = host.intr_changes;

	(void)state;
	guest_init_pic(0x60);
	pc_set_irq(&pc, 5, true);
	pc_set_irq(&pc, 6, true);
	pc_set_irq(&pc, 6, false);
	assert_int_equal(host.intr_changes, changes + 1);
	assert_int_equal(pc_ack_interrupt(&pc), 0x35);
	assert_false(host.intr);
	assert_int_equal(host.intr_changes, changes + 2);
}

static void shared_level_line_asks_until_quiet(void **state)
{
	(void)state;
	guest_init_pic(0x800);
	out(0x4d1, 0x08);
	assert_int_equal(in(0x4d1), 0x08);
	pc_set_irq(&pc, 11, true);
	assert_int_equal(guest_take(), 11);
	assert_int_equal(guest_take(), 11);
	pc_set_irq(&pc, 11, false);
	assert_int_equal(guest_take(), -1);
}

static void init_serves_as_reset(void **state)
{
	const struct pc_config config = {.host = HOST, .ram_bytes = 1 << 24};

	(void)state;
	guest_init_pic(0xffff);
	pc_set_irq(&pc, 5, true);
	out(0x61, 3);
	in(0x1234);
	pc_init(&pc, &config);
	assert_false(host.intr);
	assert_false(host.intr);
	assert_int_equal(in(0x21), 0xff);
	assert_int_equal(in(0x61) & 0x0f, 0);
	assert_int_equal(pc.stats.unclaimed_reads, 0);
}

static void post_code_port_remembers(void **state)
{
	(void)state;
	out(0x80, 0x5a);
	assert_int_equal(in(0x80), 0x5a);
}

static void port_61_keeps_its_low_bits(void **state)
{
	(void)state;
	out(0x61, 0xff);
	assert_int_equal(in(0x61) & 0xcf, 0x0f);
	out(0x61, 0x00);
	assert_int_equal(in(0x61) & 0xcf, 0x00);
}

static void port_61_refresh_bit_toggles(void **state)
{
	uint8_t first = in(0x61);

	(void)state;
	host.now_ns += 15086; /* 18 clocks */
	assert_int_equal((in(0x61) ^ first) & 0x10, 0x10);
	host.now_ns += 15086;
	assert_int_equal((in(0x61) ^ first) & 0x10, 0x00);
}

static void port_61_shows_channel_2(void **state)
{
	(void)state;
	out(0x43, 0xb0);
	assert_int_equal(in(0x61) & 0x20, 0x00);
	out(0x43, 0xb6);
	assert_int_equal(in(0x61) & 0x20, 0x20);
}

static void keyboard_controller_resets(void **state)
{
	(void)state;
	assert_int_equal(in(0x64) & 0x02, 0); /* kb_wait: the input buffer is empty */
	out(0x64, 0xfe);
	assert_int_equal(host.resets, 1);
	assert_int_equal(host.reset_reason, DEV_RESET_KEYBOARD);
}

static void keyboard_controller_ignores_other_commands(void **state)
{
	(void)state;
	for (unsigned command = 0; command < 0xf0; command++)
		out(0x64, (uint8_t)command);
	out(0x64, 0xff); /* pulses nothing */
	out(0x60, 0x00);
	assert_int_equal(host.resets, 0);
}

static void keyboard_output_port_resets(void **state)
{
	(void)state;
	out(0x64, 0xd1);
	out(0x60, 0xdf); /* A20 on, reset line high */
	assert_int_equal(host.resets, 0);
	out(0x64, 0xd1);
	out(0x60, 0xfe);
	assert_int_equal(host.resets, 1);
	out(0x60, 0xfe); /* an ordinary data byte again */
	assert_int_equal(host.resets, 1);
}

static void port_92_resets_on_rising_bit(void **state)
{
	(void)state;
	assert_int_equal(in(0x92) & 0x02, 0x02);
	out(0x92, 0x00);
	assert_int_equal(in(0x92) & 0x02, 0x02); /* A20 is always open */
	assert_int_equal(host.resets, 0);
	out(0x92, 0x01);
	assert_int_equal(host.resets, 1);
	assert_int_equal(host.reset_reason, DEV_RESET_PORT92);
	out(0x92, 0x01);
	assert_int_equal(host.resets, 1);
}

static void port_cf9_resets_on_rising_bit(void **state)
{
	(void)state;
	out(0xcf9, 0x02); /* Linux writes the kind first, ... */
	assert_int_equal(host.resets, 0);
	assert_int_equal(in(0xcf9), 0x02);
	out(0xcf9, 0x06); /* ... then the trigger */
	assert_int_equal(host.resets, 1);
	assert_int_equal(host.reset_reason, DEV_RESET_CF9_SYSTEM);
	out(0xcf9, 0x06);
	assert_int_equal(host.resets, 1);
	out(0xcf9, 0x00);
	out(0xcf9, 0x04);
	assert_int_equal(host.resets, 2);
	assert_int_equal(host.reset_reason, DEV_RESET_CF9_CPU);
}

static void pm1_control_switches_off(void **state)
{
	(void)state;
	pc_io_write(&pc, 0x604, 2, 0x1c01);
	assert_int_equal(host.poweroffs, 0);
	assert_int_equal(pc_io_read(&pc, 0x604, 2), 0x1c01);
	pc_io_write(&pc, 0x604, 2, 0x2000);
	assert_int_equal(host.poweroffs, 1);
	assert_int_equal(pc_io_read(&pc, 0x604, 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PC_TEST(unclaimed_ports_read_ones),
		PC_TEST(claimed_ports_are_these),
		PC_TEST(wide_accesses_split_into_bytes),
		PC_TEST(value_above_the_width_is_ignored),
		PC_TEST(intr_follows_the_line),
		PC_TEST(intr_is_told_once_per_change),
		PC_TEST(shared_level_line_asks_until_quiet),
		PC_TEST(init_serves_as_reset),
		PC_TEST(post_code_port_remembers),
		PC_TEST(port_61_keeps_its_low_bits),
		PC_TEST(port_61_refresh_bit_toggles),
		PC_TEST(port_61_shows_channel_2),
		PC_TEST(keyboard_controller_resets),
		PC_TEST(keyboard_controller_ignores_other_commands),
		PC_TEST(keyboard_output_port_resets),
		PC_TEST(port_92_resets_on_rising_bit),
		PC_TEST(port_cf9_resets_on_rising_bit),
		PC_TEST(pm1_control_switches_off),
	};

	return RUN_TAP(tests);
}
