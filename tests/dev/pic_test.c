/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pic_test.c - the 8259A pair against its data sheet (order number 231468); section names in
 * quotation marks are the data sheet's.
 *
 * Invariant: the chips are driven through i8259.h only.
 */
#include "host.h"

static struct i8259 pic;

enum { CMD = 0, DATA = 1 };

static void initialise(uint8_t master_icw4, uint8_t slave_icw4)
{
	const uint8_t icw4[2] = {master_icw4, slave_icw4};

	for (unsigned chip = 0; chip < 2; chip++) {
		i8259_write(&pic, chip, CMD, 0x11);
		i8259_write(&pic, chip, DATA, chip ? 0x28 : 0x20);
		i8259_write(&pic, chip, DATA, chip ? 0x02 : 0x04);
		i8259_write(&pic, chip, DATA, icw4[chip]);
	}
}

static int setup(void **state)
{
	(void)state;
	i8259_init(&pic);
	initialise(0x01, 0x01);
	return 0;
}

static void pulse(unsigned irq)
{
	i8259_set_line(&pic, irq, false);
	i8259_set_line(&pic, irq, true);
}

static void eoi(unsigned chip)
{
	i8259_write(&pic, chip, CMD, 0x20);
}

static uint8_t read_isr(unsigned chip)
{
	i8259_write(&pic, chip, CMD, 0x0b);
	return i8259_read(&pic, chip, CMD);
}

static uint8_t read_irr(unsigned chip)
{
	i8259_write(&pic, chip, CMD, 0x0a);
	return i8259_read(&pic, chip, CMD);
}

static void bios_state_is_masked(void **state)
{
	(void)state;
	i8259_init(&pic);
	pulse(0);
	assert_false(pic.intr);
	i8259_write(&pic, 0, DATA, 0xfe);
	assert_true(pic.intr);
	assert_int_equal(i8259_ack(&pic), 0x08);
}

/* "Initialization Command Words 1 and 2": T7-T3 of ICW2, low bits are the input. */
static void vectors_follow_icw2(void **state)
{
	(void)state;
	i8259_write(&pic, 0, CMD, 0x11);
	i8259_write(&pic, 0, DATA, 0x47);
	i8259_write(&pic, 0, DATA, 0x04);
	i8259_write(&pic, 0, DATA, 0x01);
	pulse(5);
	assert_int_equal(i8259_ack(&pic), 0x45);
}

static void icw1_clears_mask_and_resets_edge_sense(void **state)
{
	(void)state;
	i8259_write(&pic, 0, DATA, 0xaa);
	pulse(1);
	initialise(1, 1);
	assert_int_equal(i8259_read(&pic, 0, DATA), 0);
	assert_false(pic.intr); /* line 1 is still high but made no new transition */
	pulse(1);
	assert_true(pic.intr);
}

static void icw1_without_ic4_clears_icw4_functions(void **state)
{
	(void)state;
	initialise(0x03, 0x01); /* AEOI */
	i8259_write(&pic, 0, CMD, 0x10);
	i8259_write(&pic, 0, DATA, 0x20);
	i8259_write(&pic, 0, DATA, 0x04);
	pulse(3);
	assert_int_equal(i8259_ack(&pic), 0x23);
	assert_int_equal(read_isr(0), 0x08);
}

static void single_mode_skips_icw3(void **state)
{
	(void)state;
	i8259_write(&pic, 0, CMD, 0x13);
	i8259_write(&pic, 0, DATA, 0x20);
	i8259_write(&pic, 0, DATA, 0x01);
	i8259_write(&pic, 0, DATA, 0xef); /* an OCW1 already */
	assert_int_equal(i8259_read(&pic, 0, DATA), 0xef);
	pulse(4);
	assert_int_equal(i8259_ack(&pic), 0x24);
}

static void no_int_during_initialisation(void **state)
{
	(void)state;
	i8259_write(&pic, 0, CMD, 0x11);
	pulse(1);
	assert_false(pic.intr);
	i8259_write(&pic, 0, DATA, 0x20);
	i8259_write(&pic, 0, DATA, 0x04);
	assert_false(pic.intr);
	i8259_write(&pic, 0, DATA, 0x01);
	assert_true(pic.intr);
}

/* Linux's probe_8259A writes a mask and wants to see it again. */
static void imr_reads_back(void **state)
{
	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		i8259_write(&pic, 0, DATA, (uint8_t)value);
		i8259_write(&pic, 1, DATA, (uint8_t)~value);
		assert_int_equal(i8259_read(&pic, 0, DATA), value);
		assert_int_equal(i8259_read(&pic, 1, DATA), (uint8_t)~value);
	}
}

static void mask_holds_but_keeps_the_request(void **state)
{
	(void)state;
	i8259_write(&pic, 0, DATA, 0x08);
	pulse(3);
	assert_false(pic.intr);
	assert_int_equal(read_irr(0), 0x08);
	i8259_write(&pic, 0, DATA, 0x00);
	assert_true(pic.intr);
}

/* "Edge and level triggered modes" */
static void edge_gives_one_request(void **state)
{
	(void)state;
	pulse(3);
	assert_int_equal(i8259_ack(&pic), 0x23);
	eoi(0);
	assert_false(pic.intr);
	i8259_set_line(&pic, 3, true); /* still high: no edge */
	assert_false(pic.intr);
	pulse(3);
	assert_true(pic.intr);
}

static void edge_is_dropped_with_the_line(void **state)
{
	(void)state;
	pulse(3);
	assert_true(pic.intr);
	i8259_set_line(&pic, 3, false);
	assert_false(pic.intr);
	assert_int_equal(read_irr(0), 0);
}

/* "IR7 default": a request gone before INTA; no in-service bit tells it from a real IR7. */
static void spurious_is_ir7_without_isr(void **state)
{
	(void)state;
	pulse(3);
	i8259_set_line(&pic, 3, false);
	assert_int_equal(i8259_ack(&pic), 0x27);
	assert_int_equal(read_isr(0), 0);
	pulse(7);
	assert_int_equal(i8259_ack(&pic), 0x27);
	assert_int_equal(read_isr(0), 0x80);
}

/* The same in the slave: the master does have the cascade in service. */
static void spurious_of_the_slave_is_irq15(void **state)
{
	(void)state;
	i8259_write(&pic, 0, CMD, 0x19); /* master level triggered: keeps IR2 while ... */
	i8259_write(&pic, 0, DATA, 0x20);
	i8259_write(&pic, 0, DATA, 0x04);
	i8259_write(&pic, 0, DATA, 0x01);
	pulse(12);
	assert_true(pic.intr);
	pic.chip[1].irr = 0; /* ... the slave loses its request within the INTA cycle */
	assert_int_equal(i8259_ack(&pic), 0x2f);
	assert_int_equal(read_isr(0), 0x04);
	assert_int_equal(read_isr(1), 0);
}

static void level_asks_again_after_eoi(void **state)
{
	(void)state;
	i8259_write_elcr(&pic, 0, 0x20);
	i8259_set_line(&pic, 5, true);
	assert_int_equal(i8259_ack(&pic), 0x25);
	assert_false(pic.intr); /* in service blocks its own level */
	eoi(0);
	assert_true(pic.intr);
	assert_int_equal(i8259_ack(&pic), 0x25);
	i8259_set_line(&pic, 5, false);
	eoi(0);
	assert_false(pic.intr);
}

static void ltim_makes_all_inputs_level(void **state)
{
	(void)state;
	i8259_write(&pic, 0, CMD, 0x19);
	i8259_write(&pic, 0, DATA, 0x20);
	i8259_write(&pic, 0, DATA, 0x04);
	i8259_write(&pic, 0, DATA, 0x01);
	i8259_set_line(&pic, 1, true);
	assert_int_equal(i8259_ack(&pic), 0x21);
	eoi(0);
	assert_true(pic.intr);
}

static void elcr_fixes_board_lines_to_edge(void **state)
{
	(void)state;
	i8259_write_elcr(&pic, 0, 0xff);
	i8259_write_elcr(&pic, 1, 0xff);
	assert_int_equal(i8259_read_elcr(&pic, 0), 0xf8);
	assert_int_equal(i8259_read_elcr(&pic, 1), 0xde);
}

static void elcr_change_follows_the_line(void **state)
{
	(void)state;
	i8259_set_line(&pic, 5, true);
	assert_int_equal(i8259_ack(&pic), 0x25);
	eoi(0);
	i8259_write_elcr(&pic, 0, 0x20);
	assert_true(pic.intr);
	i8259_write_elcr(&pic, 0, 0x00);
	assert_false(pic.intr);
}

/* "Fully nested mode" */
static void higher_priority_interrupts_lower(void **state)
{
	(void)state;
	pulse(5);
	assert_int_equal(i8259_ack(&pic), 0x25);
	pulse(6);
	assert_false(pic.intr);
	pulse(1);
	assert_true(pic.intr);
	assert_int_equal(i8259_ack(&pic), 0x21);
	assert_int_equal(read_isr(0), 0x22);
}

/* "End of interrupt" */
static void nonspecific_eoi_ends_the_highest(void **state)
{
	(void)state;
	pulse(5);
	i8259_ack(&pic);
	pulse(1);
	i8259_ack(&pic);
	eoi(0);
	assert_int_equal(read_isr(0), 0x20);
	eoi(0);
	assert_int_equal(read_isr(0), 0);
	eoi(0);
	assert_int_equal(read_isr(0), 0);
}

static void specific_eoi_ends_the_named(void **state)
{
	(void)state;
	pulse(5);
	i8259_ack(&pic);
	pulse(1);
	i8259_ack(&pic);
	i8259_write(&pic, 0, CMD, 0x65);
	assert_int_equal(read_isr(0), 0x02);
}

static void automatic_eoi_leaves_nothing_in_service(void **state)
{
	(void)state;
	initialise(0x03, 0x01);
	pulse(5);
	assert_int_equal(i8259_ack(&pic), 0x25);
	assert_int_equal(read_isr(0), 0);
	pulse(6);
	assert_true(pic.intr);
}

/* "Automatic rotation": after service of IR4, IR4 is the lowest, IR5 the highest. */
static void rotate_on_nonspecific_eoi(void **state)
{
	(void)state;
	pulse(4);
	i8259_ack(&pic);
	i8259_write(&pic, 0, CMD, 0xa0);
	pulse(3);
	pulse(4);
	pulse(6);
	assert_int_equal(i8259_ack(&pic), 0x26);
	eoi(0);
	assert_int_equal(i8259_ack(&pic), 0x23);
	eoi(0);
	assert_int_equal(i8259_ack(&pic), 0x24);
}

static void rotate_on_specific_eoi(void **state)
{
	(void)state;
	pulse(2 + 1);
	i8259_ack(&pic);
	i8259_write(&pic, 0, CMD, 0xe3);
	assert_int_equal(read_isr(0), 0);
	pulse(3);
	pulse(7);
	assert_int_equal(i8259_ack(&pic), 0x27);
}

static void rotate_in_automatic_eoi(void **state)
{
	(void)state;
	initialise(0x03, 0x01);
	i8259_write(&pic, 0, CMD, 0x80);
	pulse(1);
	assert_int_equal(i8259_ack(&pic), 0x21);
	pulse(1);
	pulse(5);
	assert_int_equal(i8259_ack(&pic), 0x25);
	i8259_write(&pic, 0, CMD, 0x00);
	assert_int_equal(i8259_ack(&pic), 0x21);
	pulse(6);
	pulse(7);
	assert_int_equal(i8259_ack(&pic), 0x26); /* lowest still is 5 */
}

/* "Specific rotation": set priority command. */
static void set_priority(void **state)
{
	(void)state;
	i8259_write(&pic, 0, CMD, 0xc5);
	pulse(0);
	pulse(6);
	assert_int_equal(i8259_ack(&pic), 0x26);
	eoi(0);
	assert_int_equal(i8259_ack(&pic), 0x20);
}

/* "Special mask mode": a masked level in service does not hold back lower ones. */
static void special_mask_mode(void **state)
{
	(void)state;
	pulse(3);
	i8259_ack(&pic);
	pulse(6);
	assert_false(pic.intr);
	i8259_write(&pic, 0, DATA, 0x08);
	assert_false(pic.intr);
	i8259_write(&pic, 0, CMD, 0x68);
	assert_true(pic.intr);
	assert_int_equal(i8259_ack(&pic), 0x26);
	eoi(0); /* ends 6, not the masked 3 */
	assert_int_equal(read_isr(0), 0x08);
	i8259_write(&pic, 0, CMD, 0x48);
	pulse(6);
	assert_false(pic.intr);
}

/* "Poll command" */
static void poll_acknowledges(void **state)
{
	(void)state;
	i8259_write(&pic, 0, CMD, 0x0c);
	assert_int_equal(i8259_read(&pic, 0, CMD) & 0x80, 0);
	pulse(6);
	pulse(4);
	i8259_write(&pic, 0, CMD, 0x0e); /* with RR: poll has precedence */
	assert_int_equal(i8259_read(&pic, 0, CMD), 0x84);
	assert_int_equal(read_isr(0), 0x10);
	assert_false(pic.intr);
}

static void poll_of_the_slave_lowers_its_int(void **state)
{
	(void)state;
	pulse(9);
	assert_true(pic.intr);
	i8259_write(&pic, 1, CMD, 0x0c);
	assert_int_equal(i8259_read(&pic, 1, CMD), 0x81);
	assert_false(pic.intr);
}

static void read_register_select_sticks(void **state)
{
	(void)state;
	pulse(3);
	i8259_ack(&pic);
	pulse(5);
	i8259_write(&pic, 0, CMD, 0x0b);
	assert_int_equal(i8259_read(&pic, 0, CMD), 0x08);
	assert_int_equal(i8259_read(&pic, 0, CMD), 0x08);
	i8259_write(&pic, 0, CMD, 0x0a);
	assert_int_equal(i8259_read(&pic, 0, CMD), 0x20);
	initialise(1, 1); /* back to IRR */
	assert_int_equal(i8259_read(&pic, 0, CMD), 0);
}

/* "Cascade mode" */
static void slave_vector_and_two_eois(void **state)
{
	(void)state;
	pulse(8);
	assert_int_equal(i8259_ack(&pic), 0x28);
	assert_int_equal(read_isr(0), 0x04);
	assert_int_equal(read_isr(1), 0x01);
	pulse(12);
	assert_false(pic.intr);
	eoi(1);
	assert_false(pic.intr);
	eoi(0);
	assert_true(pic.intr);
	assert_int_equal(i8259_ack(&pic), 0x2c);
}

static void slave_ranks_as_ir2(void **state)
{
	(void)state;
	pulse(3);
	pulse(15);
	pulse(1);
	assert_int_equal(i8259_ack(&pic), 0x21);
	eoi(0);
	assert_int_equal(i8259_ack(&pic), 0x2f);
	eoi(1);
	eoi(0);
	assert_int_equal(i8259_ack(&pic), 0x23);
}

static void masked_slave_withdraws_from_the_master(void **state)
{
	(void)state;
	pulse(10);
	i8259_write(&pic, 1, DATA, 0x04);
	assert_false(pic.intr);
	assert_int_equal(read_irr(0), 0);
}

/* "Special fully nested mode": a slave's higher request interrupts its own lower one. */
static void special_fully_nested_mode(void **state)
{
	(void)state;
	initialise(0x11, 0x01);
	pulse(12);
	assert_int_equal(i8259_ack(&pic), 0x2c);
	pulse(9);
	assert_true(pic.intr);
	assert_int_equal(i8259_ack(&pic), 0x29);
	pulse(5);
	assert_false(pic.intr); /* lower than the slave: still waits */
	eoi(1);
	assert_int_equal(read_isr(1), 0x10);
}

static void automatic_eoi_slave_loses_no_request(void **state)
{
	(void)state;
	initialise(0x03, 0x03);
	pulse(9);
	pulse(12);
	assert_int_equal(i8259_ack(&pic), 0x29);
	assert_true(pic.intr);
	assert_int_equal(i8259_ack(&pic), 0x2c);
	assert_false(pic.intr);
}

static void cascade_line_cannot_be_driven(void **state)
{
	(void)state;
	i8259_set_line(&pic, 2, true);
	i8259_set_line(&pic, 16, true);
	assert_false(pic.intr);
}

static void icw1_ends_rotation(void **state)
{
	(void)state;
	i8259_write(&pic, 0, CMD, 0xc3);
	initialise(0x01, 0x01);
	pulse(1);
	pulse(5);
	assert_int_equal(i8259_ack(&pic), 0x21);
}

/* ICW3 of the slave is its number, not a set of inputs: no self-interruption there. */
static void special_fully_nested_is_the_masters(void **state)
{
	(void)state;
	initialise(0x11, 0x11);
	pulse(9);
	assert_int_equal(i8259_ack(&pic), 0x29);
	pulse(9);
	assert_false(pic.intr);
}

/* Whatever set of requests, masks and rotation: service comes in the order of priority. */
static void property_order_of_service(void **state)
{
	uint64_t seed = 0x8259;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		uint8_t request = (uint8_t)(next_random(&seed) & ~4u),
			mask = (uint8_t)next_random(&seed);
		unsigned lowest = next_random(&seed) & 7;

		setup(NULL);
		i8259_write(&pic, 0, CMD, (uint8_t)(0xc0 | lowest));
		i8259_write(&pic, 0, DATA, mask);
		for (unsigned i = 0; i < 8; i++)
			if (request >> i & 1)
				pulse(i);
		for (unsigned i = 1; i <= 8; i++) {
			unsigned input = (lowest + i) & 7;

			if (!((request & ~mask) >> input & 1))
				continue;
			assert_true(pic.intr);
			assert_int_equal(i8259_ack(&pic), 0x20 + input);
			eoi(0);
		}
		assert_false(pic.intr);
		assert_int_equal(read_irr(0), request & mask);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(bios_state_is_masked, setup),
		cmocka_unit_test_setup(vectors_follow_icw2, setup),
		cmocka_unit_test_setup(icw1_clears_mask_and_resets_edge_sense, setup),
		cmocka_unit_test_setup(icw1_without_ic4_clears_icw4_functions, setup),
		cmocka_unit_test_setup(single_mode_skips_icw3, setup),
		cmocka_unit_test_setup(no_int_during_initialisation, setup),
		cmocka_unit_test_setup(imr_reads_back, setup),
		cmocka_unit_test_setup(mask_holds_but_keeps_the_request, setup),
		cmocka_unit_test_setup(edge_gives_one_request, setup),
		cmocka_unit_test_setup(edge_is_dropped_with_the_line, setup),
		cmocka_unit_test_setup(spurious_is_ir7_without_isr, setup),
		cmocka_unit_test_setup(spurious_of_the_slave_is_irq15, setup),
		cmocka_unit_test_setup(level_asks_again_after_eoi, setup),
		cmocka_unit_test_setup(ltim_makes_all_inputs_level, setup),
		cmocka_unit_test_setup(elcr_fixes_board_lines_to_edge, setup),
		cmocka_unit_test_setup(elcr_change_follows_the_line, setup),
		cmocka_unit_test_setup(higher_priority_interrupts_lower, setup),
		cmocka_unit_test_setup(nonspecific_eoi_ends_the_highest, setup),
		cmocka_unit_test_setup(specific_eoi_ends_the_named, setup),
		cmocka_unit_test_setup(automatic_eoi_leaves_nothing_in_service, setup),
		cmocka_unit_test_setup(rotate_on_nonspecific_eoi, setup),
		cmocka_unit_test_setup(rotate_on_specific_eoi, setup),
		cmocka_unit_test_setup(rotate_in_automatic_eoi, setup),
		cmocka_unit_test_setup(set_priority, setup),
		cmocka_unit_test_setup(special_mask_mode, setup),
		cmocka_unit_test_setup(poll_acknowledges, setup),
		cmocka_unit_test_setup(poll_of_the_slave_lowers_its_int, setup),
		cmocka_unit_test_setup(read_register_select_sticks, setup),
		cmocka_unit_test_setup(slave_vector_and_two_eois, setup),
		cmocka_unit_test_setup(slave_ranks_as_ir2, setup),
		cmocka_unit_test_setup(masked_slave_withdraws_from_the_master, setup),
		cmocka_unit_test_setup(special_fully_nested_mode, setup),
		cmocka_unit_test_setup(automatic_eoi_slave_loses_no_request, setup),
		cmocka_unit_test_setup(cascade_line_cannot_be_driven, setup),
		cmocka_unit_test_setup(property_order_of_service, setup),
		cmocka_unit_test_setup(icw1_ends_rotation, setup),
		cmocka_unit_test_setup(special_fully_nested_is_the_masters, setup),
	};

	return RUN_TAP(tests);
}
