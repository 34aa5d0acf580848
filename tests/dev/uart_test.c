/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uart_test.c - COM1 against the NS16550A data sheet (June 1995) and against what Linux's 8250
 * driver probes.
 *
 * Invariant: the line is driven through ports 0x3f8 to 0x3ff only.
 */
#include "host.h"

#include <string.h>

enum { COM = 0x3f8, THR = COM, IER, IIR, LCR, MCR, LSR, MSR, SCR, FCR = IIR };

/* The driver's open: FIFOs on, 8N1, DTR RTS OUT2, receive interrupt. */
static void open_line(uint8_t fcr)
{
	out(FCR, fcr);
	out(LCR, 0x03);
	out(MCR, 0x0b);
	out(IER, 0x01);
}

static void type(const char *text)
{
	host.input = text;
	pc_console_input(&pc);
}

static void output_reaches_the_host_at_once(void **state)
{
	(void)state;
	out(THR, 'h');
	assert_int_equal(host.output_length, 1);
	out(THR, 'i');
	assert_memory_equal(host.output, "hi", 2);
	assert_int_equal(in(LSR)&0x60, 0x60);
}

static void divisor_latch_hides_data_and_ier(void **state)
{
	(void)state;
	out(IER, 0x05);
	out(LCR, 0x83);
	out(COM + 0, 0x34);
	out(COM + 1, 0x12);
	assert_int_equal(in(COM + 0), 0x34);
	assert_int_equal(in(COM + 1), 0x12);
	out(LCR, 0x03);
	assert_int_equal(in(IER), 0x05);
	assert_int_equal(host.output_length, 0);
}

static void scratch_and_line_control_read_back(void **state)
{
	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		out(SCR, (uint8_t)value);
		out(LCR, (uint8_t)~value);
		assert_int_equal(in(SCR), value);
		assert_int_equal(in(LCR), (uint8_t)~value);
	}
}

/* autoconfig(): the upper bits of IER and MCR are not there. */
static void absent_bits_read_zero(void **state)
{
	(void)state;
	out(IER, 0x00);
	assert_int_equal(in(IER), 0);
	out(IER, 0xff);
	assert_int_equal(in(IER), 0x0f);
	out(MCR, 0xff);
	assert_int_equal(in(MCR), 0x1f);
}

/* autoconfig(): IIR bits 7 and 6 with FIFOs on make a 16550A; bit 5 would make a 16750. */
static void identifies_as_16550a(void **state)
{
	(void)state;
	assert_int_equal(in(IIR), 0x01);
	out(FCR, 0x01);
	assert_int_equal(in(IIR)&0xf0, 0xc0);
	out(LCR, 0x80);
	out(FCR, 0x21);
	assert_int_equal(in(IIR) >> 5, 6);
	out(LCR, 0x00);
	out(FCR, 0x00);
	assert_int_equal(in(IIR)&0xc0, 0x00);
}

/* autoconfig_16550a(): nothing that looks like an EFR or an EXCR. */
static void has_no_enhanced_registers(void **state)
{
	uint8_t mcr;

	(void)state;
	out(FCR, 0x01);
	out(LCR, 0x80);
	assert_int_not_equal(in(COM + 2), 0);
	out(LCR, 0xbf);
	assert_int_not_equal(in(COM + 2), 0);
	out(LCR, 0x00);
	mcr = in(MCR);
	out(LCR, 0xe0);
	assert_int_equal((in(COM + 2) ^ mcr) & 0x10, 0);
	out(LCR, 0x00);
	out(MCR, mcr ^ 0x10);
	out(LCR, 0xe0);
	assert_int_equal((in(COM + 2) ^ mcr) & 0x10, 0);
}

/* autoconfig(): MCR = LOOP | OUT2 | RTS must show as DCD and CTS. */
static void loopback_shows_modem_outputs(void **state)
{
	(void)state;
	out(MCR, 0x1a);
	assert_int_equal(in(MSR)&0xf0, 0x90);
	out(MCR, 0x15);
	assert_int_equal(in(MSR)&0xf0, 0x60);
	out(MCR, 0x00);
	assert_int_equal(in(MSR)&0xf0, 0xb0);
}

static void modem_deltas_latch_until_read(void **state)
{
	(void)state;
	out(MCR, 0x10);
	in(MSR);
	out(MCR, 0x14); /* RI on: no TERI yet */
	assert_int_equal(in(MSR), 0x40);
	out(MCR, 0x10); /* trailing edge */
	out(MCR, 0x11); /* DSR on */
	out(MCR, 0x10); /* and off again: the delta stays */
	assert_int_equal(in(MSR), 0x06);
	assert_int_equal(in(MSR), 0x00);
}

static void loopback_receives_what_is_sent(void **state)
{
	(void)state;
	out(FCR, 0x01);
	out(MCR, 0x10);
	for (uint8_t i = 0; i < 16; i++)
		out(THR, i);
	assert_int_equal(host.output_length, 0);
	for (uint8_t i = 0; i < 16; i++) {
		assert_int_equal(in(LSR)&0x03, 0x01);
		assert_int_equal(in(COM), i);
	}
	assert_int_equal(in(LSR)&0x01, 0);
}

static void overrun_with_fifo_loses_the_new(void **state)
{
	(void)state;
	out(FCR, 0x01);
	out(MCR, 0x10);
	for (uint8_t i = 0; i < 18; i++)
		out(THR, i);
	assert_int_equal(in(LSR)&0x02, 0x02);
	assert_int_equal(in(LSR)&0x02, 0); /* reading clears */
	for (uint8_t i = 0; i < 16; i++)
		assert_int_equal(in(COM), i);
	assert_int_equal(in(LSR)&0x01, 0);
}

static void overrun_without_fifo_loses_the_old(void **state)
{
	(void)state;
	out(MCR, 0x10);
	out(THR, 'a');
	out(THR, 'b');
	assert_int_equal(in(LSR)&0x03, 0x03);
	assert_int_equal(in(COM), 'b');
	assert_int_equal(in(LSR)&0x03, 0);
}

static void loopback_keeps_host_input_away(void **state)
{
	(void)state;
	open_line(0x01);
	out(MCR, 0x1b);
	type("x");
	assert_int_equal(in(LSR)&1, 0);
	out(MCR, 0x0b);
	assert_int_equal(in(COM), 'x');
}

/* serial8250_do_startup(), the THRE test: each enabling gives the interrupt afresh. */
static void thre_interrupt_at_each_enabling(void **state)
{
	(void)state;
	out(IER, 0x02);
	assert_int_equal(in(IIR)&0x0f, 0x02);
	out(IER, 0x00);
	assert_int_equal(in(IIR)&0x0f, 0x01);
	out(IER, 0x02);
	assert_int_equal(in(IIR)&0x0f, 0x02);
	assert_int_equal(in(IIR)&0x0f, 0x01); /* reading IIR clears it */
	out(IER, 0x02);			      /* already enabled: nothing new */
	assert_int_equal(in(IIR)&0x0f, 0x01);
}

/* The TXEN test of the same function: TEMT and an interrupt together. */
static void thre_interrupt_survives_lsr_read(void **state)
{
	(void)state;
	out(IER, 0x02);
	assert_int_equal(in(LSR)&0x40, 0x40);
	assert_int_equal(in(IIR)&0x01, 0);
}

static void thre_interrupt_after_each_write(void **state)
{
	(void)state;
	guest_init_pic(0x10);
	open_line(0x01);
	out(IER, 0x03);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(guest_take(), 4);
		assert_int_equal(in(IIR), 0xc2);
		assert_false(host.intr);
		out(THR, 'x');
	}
	assert_int_equal(host.output_length, 10);
}

static void out2_gates_the_line(void **state)
{
	(void)state;
	guest_init_pic(0x10);
	out(IER, 0x02);
	assert_false(host.intr);
	out(MCR, 0x08);
	assert_true(host.intr);
	out(MCR, 0x18); /* loopback disconnects OUT2 */
	assert_false(host.intr);
}

/* Table II of the data sheet: line status, data, time-out, THRE, modem. */
static void priorities_of_identification(void **state)
{
	(void)state;
	out(FCR, 0x41); /* trigger level 4 */
	out(MCR, 0x10);
	in(MSR);
	out(IER, 0x0f);
	for (unsigned i = 0; i < 17; i++)
		out(THR, (uint8_t)i);
	out(MCR, 0x11);
	assert_int_equal(in(IIR), 0xc6);
	in(LSR);
	assert_int_equal(in(IIR), 0xc4);
	for (unsigned i = 0; i < 13; i++)
		in(COM);
	assert_int_equal(in(IIR), 0xcc);
	for (unsigned i = 0; i < 3; i++)
		in(COM);
	assert_int_equal(in(IIR), 0xc2);
	assert_int_equal(in(IIR), 0xc0);
	in(MSR);
	assert_int_equal(in(IIR), 0xc1);
}

static void trigger_levels(void **state)
{
	static const unsigned level[4] = {1, 4, 8, 14};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		host_setup(NULL);
		out(FCR, (uint8_t)(i << 6 | 1));
		out(MCR, 0x10);
		out(IER, 0x01);
		for (unsigned n = 1; n <= 16; n++) {
			out(THR, 0);
			assert_int_equal(in(IIR), n >= level[i] ? 0xc4 : 0xcc);
		}
	}
}

static void input_interrupts_and_is_read(void **state)
{
	(void)state;
	guest_init_pic(0x10);
	open_line(0x81);
	type("ab");
	assert_true(host.intr);
	assert_int_equal(guest_take(), 4);
	assert_int_equal(in(IIR), 0xcc);
	assert_int_equal(in(COM), 'a');
	assert_int_equal(in(COM), 'b');
	assert_int_equal(in(IIR), 0xc1);
	assert_false(host.intr);
}

/* More than a FIFO of input: nothing lost, no overrun, order kept. */
static void long_input_flows_through(void **state)
{
	char text[1001], got[1001];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		text[i] = (char)('!' + i % 90);
	text[1000] = 0;
	open_line(0x01);
	type(text);
	while (in(LSR)&1 && count < sizeof(got))
		got[count++] = (char)in(COM);
	assert_int_equal(count, 1000);
	assert_memory_equal(got, text, 1000);
	assert_true(host.reads < 1000 / 16 + 3);
}

static void long_input_without_fifo(void **state)
{
	size_t count = 0;

	(void)state;
	out(MCR, 0x03);
	type("0123456789");
	while (in(LSR)&1)
		assert_int_equal(in(COM), '0' + count++);
	assert_int_equal(count, 10);
}

/* The terminal waits for DTR, RTS or the receive interrupt: input typed at boot is kept. */
static void input_waits_for_the_guest(void **state)
{
	(void)state;
	type("x");
	assert_int_equal(in(LSR)&1, 0);
	out(FCR, 0x07); /* the driver clears the FIFOs */
	out(MCR, 0x03);
	assert_int_equal(in(LSR)&1, 1);
	assert_int_equal(in(COM), 'x');
}

static void idle_line_costs_no_host_calls(void **state)
{
	unsigned reads;

	(void)state;
	open_line(0x01);
	reads = host.reads;
	for (unsigned i = 0; i < 1000; i++) {
		in(LSR);
		in(COM);
		in(IIR);
	}
	assert_int_equal(host.reads, reads);
}

static void clearing_the_receiver(void **state)
{
	(void)state;
	out(FCR, 0x01);
	out(MCR, 0x10);
	out(THR, 'a');
	out(FCR, 0x05); /* transmitter only */
	assert_int_equal(in(LSR)&1, 1);
	out(FCR, 0x03);
	assert_int_equal(in(LSR)&1, 0);
	out(THR, 'b');
	out(FCR, 0x00); /* changing modes clears too */
	assert_int_equal(in(LSR)&1, 0);
}

static void empty_receiver_reads_zero(void **state)
{
	(void)state;
	open_line(0x01);
	assert_int_equal(in(COM), 0);
	assert_int_equal(in(COM), 0);
	type("z");
	assert_int_equal(in(COM), 'z');
}

/* serial8250_rx_chars(): a break has a zero with it, and the next byte is a SysRq key. */
static void a_break_comes_with_a_byte_behind_it(void **state)
{
	(void)state;
	guest_init_pic(0x10);
	open_line(0x01);
	out(IER, 0x05);
	pc_send_break(&pc, 'h');
	assert_true(host.intr);
	assert_int_equal(in(IIR), 0xc6);
	assert_int_equal(in(LSR)&0x91, 0x91);
	assert_int_equal(in(LSR)&0x91, 0x01); /* reading clears */
	assert_int_equal(in(COM), 0);
	assert_int_equal(in(LSR)&0x91, 0x01);
	assert_int_equal(in(COM), 'h');
	assert_int_equal(in(LSR)&0x91, 0);
	assert_false(host.intr);
}

/* Bit 4 of the line status is the next byte's, bit 7 anyone's in the FIFO. */
static void a_break_has_its_place_in_the_input(void **state)
{
	(void)state;
	open_line(0x01);
	type("ab");
	pc_send_break(&pc, 'h');
	for (const char *c = "ab"; *c; c++) {
		assert_int_equal(in(LSR)&0x91, 0x81);
		assert_int_equal(in(COM), *c);
	}
	assert_int_equal(in(COM), 0); /* read without a look at the status: it is gone with it */
	assert_int_equal(in(LSR)&0x91, 0x01);
	assert_int_equal(in(COM), 'h');
}

/* It goes before what the host has not given yet, and nothing is lost. */
static void a_break_waits_for_room(void **state)
{
	unsigned count = 0;

	(void)state;
	open_line(0x01);
	type("0123456789012345678901234567890123456789");
	pc_send_break(&pc, 'h');
	for (; count < 16; count++) {
		assert_int_equal(in(LSR)&0x91, 0x01);
		assert_int_equal(in(COM), '0' + count % 10);
	}
	assert_int_equal(in(LSR)&0x91, 0x91);
	assert_int_equal(in(COM), 0);
	assert_int_equal(in(COM), 'h');
	for (; count < 40; count++)
		assert_int_equal(in(COM), '0' + count % 10);
	assert_int_equal(in(LSR)&0x93, 0);
}

static void a_break_without_fifo(void **state)
{
	(void)state;
	out(MCR, 0x03);
	pc_send_break(&pc, 'h');
	assert_int_equal(in(LSR)&0x91, 0x11);
	assert_int_equal(in(COM), 0);
	assert_int_equal(in(LSR)&0x91, 0x01);
	assert_int_equal(in(COM), 'h');
	assert_int_equal(in(LSR)&0x91, 0);
}

/* Clearing the receiver takes the break that is in it; the one that waits for the guest stays. */
static void a_break_waits_for_the_guest(void **state)
{
	(void)state;
	pc_send_break(&pc, 'x');
	pc_send_break(&pc, 'h');
	assert_int_equal(in(LSR)&0x91, 0);
	out(FCR, 0x07);
	out(MCR, 0x03);
	assert_int_equal(in(LSR)&0x91, 0x91);
	out(FCR, 0x03);
	assert_int_equal(in(LSR)&0x91, 0);
}

static void status_registers_ignore_writes(void **state)
{
	uint8_t lsr = in(LSR), msr = in(MSR);

	(void)state;
	out(LSR, 0x1f);
	out(MSR, 0x4f);
	assert_int_equal(in(LSR), lsr);
	assert_int_equal(in(MSR), msr & 0xf0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PC_TEST(output_reaches_the_host_at_once),
		PC_TEST(divisor_latch_hides_data_and_ier),
		PC_TEST(scratch_and_line_control_read_back),
		PC_TEST(absent_bits_read_zero),
		PC_TEST(identifies_as_16550a),
		PC_TEST(has_no_enhanced_registers),
		PC_TEST(loopback_shows_modem_outputs),
		PC_TEST(modem_deltas_latch_until_read),
		PC_TEST(loopback_receives_what_is_sent),
		PC_TEST(overrun_with_fifo_loses_the_new),
		PC_TEST(overrun_without_fifo_loses_the_old),
		PC_TEST(loopback_keeps_host_input_away),
		PC_TEST(thre_interrupt_at_each_enabling),
		PC_TEST(thre_interrupt_survives_lsr_read),
		PC_TEST(thre_interrupt_after_each_write),
		PC_TEST(out2_gates_the_line),
		PC_TEST(priorities_of_identification),
		PC_TEST(trigger_levels),
		PC_TEST(input_interrupts_and_is_read),
		PC_TEST(long_input_flows_through),
		PC_TEST(long_input_without_fifo),
		PC_TEST(input_waits_for_the_guest),
		PC_TEST(idle_line_costs_no_host_calls),
		PC_TEST(clearing_the_receiver),
		PC_TEST(empty_receiver_reads_zero),
		PC_TEST(a_break_comes_with_a_byte_behind_it),
		PC_TEST(a_break_has_its_place_in_the_input),
		PC_TEST(a_break_waits_for_room),
		PC_TEST(a_break_without_fifo),
		PC_TEST(a_break_waits_for_the_guest),
		PC_TEST(status_registers_ignore_writes),
	};

	return RUN_TAP(tests);
}
