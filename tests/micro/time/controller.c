/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * controller.c - the pair of 8259A: masks, priorities, end of interrupt.
 *
 * Invariant: requests are made by the timer and the serial port, and seen in the request register
 * before a check goes on.
 */
#include "interrupts.h"
#include "micro.h"

enum { READ_REQUESTS = 0x0a, READ_SERVICE = 0x0b, COM1 = 0x3f8 };

static uint8_t requests(void)
{
	outb(PIC_MASTER, READ_REQUESTS);
	return inb(PIC_MASTER);
}

static uint8_t in_service(void)
{
	outb(PIC_MASTER, READ_SERVICE);
	return inb(PIC_MASTER);
}

static void request_timer(void)
{
	timer_start(0, 100);
	for (unsigned int i = 0; !(requests() & 1); i++) {
		if (i > 10000000)
			broken("the timer never requested an interrupt");
	}
}

static void pause_a_little(void)
{
	for (unsigned int i = 0; i < 100; i++)
		inb(0x80);
}

CHECK(mask_reads_back)
{
	outb(PIC_MASTER + 1, 0xa5);
	outb(PIC_SLAVE + 1, 0x5a);
	expect_is(inb(PIC_MASTER + 1), 0xa5);
	expect_is(inb(PIC_SLAVE + 1), 0x5a);
}

CHECK(masked_request_waits)
{
	timer_count_ticks();
	irq_mask(0);
	request_timer();
	sti();
	pause_a_little();
	expect_is(timer_ticks, 0);
	irq_unmask(0);
	pause_a_little();
	cli();
	expect_is(timer_ticks, 1);
}

static bool no_end(struct regs *regs)
{
	(void)regs;
	timer_ticks++;
	return true;
}

/* No second interrupt of a line before its end of interrupt. */
CHECK(in_service_until_eoi)
{
	timer_count_ticks();
	trap_hooks[VECTOR_IRQ] = no_end;
	request_timer();
	sti();
	pause_a_little();
	expect_is(timer_ticks, 1);
	expect_is(in_service() & 1, 1);
	request_timer();
	pause_a_little();
	expect_is(timer_ticks, 1);
	irq_end(0);
	pause_a_little();
	cli();
	expect_is(timer_ticks, 2);
	irq_end(0);
	expect_is(in_service(), 0);
}

static volatile unsigned int serial_interrupts, timer_inside;

static bool serial_interrupt(struct regs *regs)
{
	(void)regs;
	serial_interrupts++;
	inb(COM1 + 2);
	request_timer();
	sti();
	pause_a_little();
	cli();
	timer_inside = timer_ticks;
	irq_end(4);
	return true;
}

/* The transmitter's interrupt, and a timer that has the higher priority. */
CHECK(priorities)
{
	timer_count_ticks();
	serial_interrupts = timer_inside = 0;
	trap_hooks[VECTOR_IRQ + 4] = serial_interrupt;
	outb(COM1 + 4, 0x0b);
	irq_unmask(4);
	sti();
	outb(COM1 + 1, 2);
	pause_a_little();
	cli();
	outb(COM1 + 1, 0);
	expect(serial_interrupts > 0);
	expect(timer_inside > 0);
}

static bool timer_over_serial(struct regs *regs)
{
	(void)regs;
	timer_ticks++;
	outb(COM1 + 1, 2);
	sti();
	pause_a_little();
	cli();
	timer_inside = serial_interrupts;
	outb(COM1 + 1, 0);
	irq_end(0);
	return true;
}

static bool count_serial(struct regs *regs)
{
	(void)regs;
	serial_interrupts++;
	inb(COM1 + 2);
	irq_end(4);
	return true;
}

CHECK(lower_priority_waits)
{
	timer_count_ticks();
	serial_interrupts = timer_inside = 0;
	trap_hooks[VECTOR_IRQ] = timer_over_serial;
	trap_hooks[VECTOR_IRQ + 4] = count_serial;
	outb(COM1 + 4, 0x0b);
	irq_unmask(4);
	request_timer();
	sti();
	pause_a_little();
	cli();
	expect_is(timer_ticks, 1);
	expect_is(timer_inside, 0);
}

/* Interrupts of user code come back to it, with everything in place. */
CHECK(interrupts_of_user_code)
{
	extern const char user_count[];

	timer_count_ticks();
	timer_start(2, 1500);
	for (unsigned int round = 0; round < 10000 && timer_ticks < 4; round++) {
		struct regs regs = user_regs(user_count);

		regs.cx = 3000000;
		regs.bx = 0;
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, TRAP_END);
		expect_is(regs.bx, 3000000);
		expect_is(regs.cx, 0);
	}
	timer_stop();
	expect(timer_ticks >= 4);
}
