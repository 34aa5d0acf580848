/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keyboard_test.c - keyboard controller and keyboard (i8042.h), as a driver of Linux's order finds
 * and uses them, and as software uses them that knows nothing of them.
 *
 * Invariant: the guest's side uses ports and interrupts alone.
 */
#include "host.h"

enum { DATA = 0x60, COMMAND = 0x64, STATUS = 0x64, FULL = 1, KEYBOARD = 1 };

static uint8_t take(void)
{
	assert_true(in(STATUS)&FULL);
	return in(DATA);
}

static void assert_empty(void)
{
	assert_false(in(STATUS)&FULL);
}

static uint8_t ask(uint8_t command)
{
	out(COMMAND, command);
	return take();
}

static void write_command_byte(uint8_t value)
{
	out(COMMAND, 0x60);
	out(DATA, value);
	assert_empty();
	assert_int_equal(ask(0x20), value);
}

static void assert_says(const uint8_t *bytes, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(take(), bytes[i]);
	assert_empty();
}

#define SAYS(...)                                                                                  \
	assert_says((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void firmware_leaves_it_ready(void **state)
{
	(void)state;
	assert_int_equal(in(STATUS), 0x14);	  /* empty, tested, not locked */
	assert_int_equal(ask(0x20) & 0x51, 0x41); /* interrupts, enabled, translated */
}

static void the_controller_passes_its_tests(void **state)
{
	(void)state;
	assert_int_equal(ask(0xaa), 0x55);
	assert_int_equal(ask(0xab), 0x00);
	assert_int_equal(ask(0xc0) & 0x80, 0x80);
	assert_int_equal(ask(0xd0) & 0x03, 0x03);
	out(COMMAND, 0xaa);
	assert_int_equal(in(STATUS)&0x08, 0x08);
	out(DATA, 0xee);
	assert_int_equal(in(STATUS)&0x08, 0);
}

/* As i8042_check_aux() of Linux looks for it. */
static void there_is_no_auxiliary_device(void **state)
{
	uint8_t test;

	(void)state;
	out(COMMAND, 0xd3);
	out(DATA, 0x5a);
	assert_false(in(STATUS)&0x20); /* the byte is not the auxiliary device's */
	take();
	test = ask(0xa9);
	assert_true(test && test != 0xfa && test != 0xff);
	out(COMMAND, 0xd4);
	out(DATA, 0xff);
	assert_empty();
	out(COMMAND, 0xa8);
	assert_false(ask(0x20) & 0x20);
	out(COMMAND, 0xa7);
	assert_true(ask(0x20) & 0x20);
}

static void the_keyboard_answers(void **state)
{
	(void)state;
	out(DATA, 0xf2);
	SAYS(0xfa, 0xab, 0x41);
	out(DATA, 0xff);
	SAYS(0xfa, 0xaa);
	out(DATA, 0xee);
	SAYS(0xee);
	out(DATA, 0xfe);
	SAYS(0xee);
	out(DATA, 0xed);
	SAYS(0xfa);
	out(DATA, 0x07);
	SAYS(0xfa);
	out(DATA, 0xf3);
	SAYS(0xfa);
	out(DATA, 0xf4); /* no parameter: a command */
	SAYS(0xfa);
	out(DATA, 0x00);
	SAYS(0xfe);
	out(DATA, 0xf6);
	SAYS(0xfa);
}

static void it_has_one_scan_code_set(void **state)
{
	(void)state;
	write_command_byte(0x05);
	out(DATA, 0xf2);
	SAYS(0xfa, 0xab, 0x83);
	out(DATA, 0xf0);
	SAYS(0xfa);
	out(DATA, 0x00);
	SAYS(0xfa, 0x02);
	out(DATA, 0xf0);
	SAYS(0xfa);
	out(DATA, 0x02);
	SAYS(0xfa);
	out(DATA, 0xf0);
	SAYS(0xfa);
	out(DATA, 0x03);
	SAYS(0xfe);
}

static void the_power_key_has_its_code(void **state)
{
	(void)state;
	pc_press_power(&pc);
	SAYS(0xe0, 0x5e, 0xe0, 0xde);
	write_command_byte(0x05);
	pc_press_power(&pc);
	SAYS(0xe0, 0x37, 0xe0, 0xf0, 0x37);
}

static void three_keys_to_reboot_have_their_codes(void **state)
{
	(void)state;
	pc_press_reboot(&pc);
	SAYS(0x1d, 0x38, 0xe0, 0x53, 0xe0, 0xd3, 0xb8, 0x9d);
	pc_press_reboot(&pc);
	pc_press_power(&pc);
	SAYS(0x1d, 0x38, 0xe0, 0x53, 0xe0, 0xd3, 0xb8, 0x9d, 0xe0, 0x5e, 0xe0, 0xde);
	write_command_byte(0x05);
	pc_press_reboot(&pc);
	SAYS(0x14, 0x11, 0xe0, 0x71, 0xe0, 0xf0, 0x71, 0xf0, 0x11, 0xf0, 0x14);
}

static void each_byte_is_an_interrupt(void **state)
{
	static const uint8_t codes[] = {0xe0, 0x5e, 0xe0, 0xde};

	(void)state;
	guest_init_pic(1 << KEYBOARD);
	assert_int_equal(guest_take(), -1);
	pc_press_power(&pc);
	for (unsigned i = 0; i < sizeof(codes); i++) {
		assert_true(host.intr);
		assert_int_equal(guest_take(), KEYBOARD);
		assert_int_equal(guest_take(), -1); /* one edge */
		assert_int_equal(in(DATA), codes[i]);
	}
	assert_false(host.intr);
	assert_int_equal(guest_take(), -1);
}

static void interrupts_can_be_switched_off(void **state)
{
	(void)state;
	guest_init_pic(1 << KEYBOARD);
	write_command_byte(0x44);
	while (guest_take() >= 0)
		continue;
	pc_press_power(&pc);
	assert_false(host.intr);
	SAYS(0xe0, 0x5e, 0xe0, 0xde);
	pc_press_power(&pc);
	out(COMMAND, 0x60);
	out(DATA, 0x45);
	assert_true(host.intr); /* a byte waits */
}

static void a_keyboard_that_is_off_waits(void **state)
{
	(void)state;
	out(COMMAND, 0xad);
	pc_press_power(&pc);
	assert_empty();
	assert_true(ask(0x20) & 0x10);
	assert_empty();
	out(COMMAND, 0xae);
	SAYS(0xe0, 0x5e, 0xe0, 0xde);
	out(COMMAND, 0xad);
	out(DATA, 0xee); /* a byte for it enables it */
	SAYS(0xee);
	assert_false(ask(0x20) & 0x10);
}

static void a_keyboard_that_does_not_scan_is_silent(void **state)
{
	(void)state;
	out(DATA, 0xf5);
	SAYS(0xfa);
	pc_press_power(&pc);
	assert_empty();
	out(DATA, 0xf4);
	SAYS(0xfa);
	pc_press_power(&pc);
	SAYS(0xe0, 0x5e, 0xe0, 0xde);
}

/* Whole keys, and none between others. */
static void a_queue_that_nobody_reads_keeps_the_first_keys(void **state)
{
	unsigned bytes = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		pc_press_power(&pc);
	while (in(STATUS)&FULL) {
		assert_int_equal(in(DATA), ((const uint8_t[]){0xe0, 0x5e, 0xe0, 0xde})[bytes % 4]);
		bytes++;
	}
	assert_int_equal(bytes % 4, 0);
	assert_in_range(bytes, 4, I8042_KEYBOARD_BYTES + 1);
}

static void answers_of_the_controller_do_not_mix_with_keys(void **state)
{
	(void)state;
	out(COMMAND, 0xad);
	pc_press_power(&pc);
	out(COMMAND, 0xd2);
	out(DATA, 0x77);
	assert_int_equal(take(), 0x77);
	assert_empty();
	out(COMMAND, 0xae);
	SAYS(0xe0, 0x5e, 0xe0, 0xde);
}

static void a_command_ends_the_wait_for_data(void **state)
{
	(void)state;
	out(COMMAND, 0xd1);
	out(COMMAND, 0xae);
	out(DATA, 0xee);
	SAYS(0xee);
	assert_int_equal(host.resets, 0);
}

/* Any bytes: there is an end to what it says, and it works again afterwards. */
static void nothing_that_is_written_hangs_it(void **state)
{
	uint64_t seed = 0x9e3779b97f4a7c15;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		uint64_t r = next_random(&seed);

		if (r & 0x700)
			out(r & 0x800 ? COMMAND : DATA, (uint8_t)r);
		else if (r & 0x1000)
			pc_press_power(&pc);
		else
			in(DATA);
		assert_in_range(pc.kbc.sent, 0, I8042_KEYBOARD_BYTES);
	}
	for (unsigned i = 0; i <= I8042_KEYBOARD_BYTES; i++)
		in(DATA);
	out(COMMAND, 0xad);
	write_command_byte(0x45);
	for (unsigned i = 0; i <= I8042_KEYBOARD_BYTES; i++)
		in(DATA);
	out(DATA, 0xf4);
	SAYS(0xfa);
	pc_press_power(&pc);
	SAYS(0xe0, 0x5e, 0xe0, 0xde);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PC_TEST(firmware_leaves_it_ready),
		PC_TEST(the_controller_passes_its_tests),
		PC_TEST(there_is_no_auxiliary_device),
		PC_TEST(the_keyboard_answers),
		PC_TEST(it_has_one_scan_code_set),
		PC_TEST(the_power_key_has_its_code),
		PC_TEST(three_keys_to_reboot_have_their_codes),
		PC_TEST(each_byte_is_an_interrupt),
		PC_TEST(interrupts_can_be_switched_off),
		PC_TEST(a_keyboard_that_is_off_waits),
		PC_TEST(a_keyboard_that_does_not_scan_is_silent),
		PC_TEST(a_queue_that_nobody_reads_keeps_the_first_keys),
		PC_TEST(answers_of_the_controller_do_not_mix_with_keys),
		PC_TEST(a_command_ends_the_wait_for_data),
		PC_TEST(nothing_that_is_written_hangs_it),
	};

	return RUN_TAP(tests);
}
