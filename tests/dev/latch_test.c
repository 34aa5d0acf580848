/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * latch_test.c - the example chip, alone and on interrupt line 5 of the virtual PC.
 *
 * Invariant: after each access the line is passed on, as pc.c does for its own chips.
 */
#include "host.h"

#include "latch.h"

enum { IRQ_LATCH = 5 };

static struct latch latch;

static uint8_t read_latch(unsigned offset)
{
	uint8_t value = latch_read(&latch, offset);

	pc_set_irq(&pc, IRQ_LATCH, latch_irq(&latch));
	return value;
}

static void write_latch(unsigned offset, uint8_t value)
{
	latch_write(&latch, offset, value);
	pc_set_irq(&pc, IRQ_LATCH, latch_irq(&latch));
}

static int setup(void **state)
{
	latch_init(&latch);
	return host_setup(state);
}

static void a_byte_is_kept_until_it_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_latch(1), 0);
	write_latch(0, 0x5a);
	assert_int_equal(read_latch(1), 0x80);
	assert_int_equal(read_latch(0), 0x5a);
	assert_int_equal(read_latch(1), 0);
}

static void it_interrupts_while_there_is_a_byte(void **state)
{
	(void)state;
	guest_init_pic(1 << IRQ_LATCH);
	write_latch(0, 1);
	assert_false(host.intr);
	write_latch(1, 1);
	assert_true(host.intr);
	assert_int_equal(guest_take(), IRQ_LATCH);
	read_latch(0);
	assert_false(host.intr);
}

static void a_request_that_goes_away_is_none(void **state)
{
	(void)state;
	guest_init_pic(1 << IRQ_LATCH);
	write_latch(1, 1);
	write_latch(0, 1);
	write_latch(1, 0);
	assert_false(host.intr);
	assert_int_equal(guest_take(), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_byte_is_kept_until_it_is_read, setup),
		cmocka_unit_test_setup(it_interrupts_while_there_is_a_byte, setup),
		cmocka_unit_test_setup(a_request_that_goes_away_is_none, setup),
	};

	return RUN_TAP(tests);
}
