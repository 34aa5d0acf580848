/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interrupts.c - 8259A and 8254, by their data sheets (interrupts.h).
 *
 * Invariant: this file alone programs the controllers, except for checks of the controllers.
 */
#include "interrupts.h"
#include "micro.h"

enum { ICW1 = 0x11, ICW4 = 0x01, EOI = 0x20, PIT_CHANNEL0 = 0x40, PIT_CONTROL = 0x43 };

volatile word timer_ticks;

static void controller_init(uint16_t port, uint8_t vector, uint8_t cascade)
{
	outb(port, ICW1);
	outb(port + 1, vector);
	outb(port + 1, cascade);
	outb(port + 1, ICW4);
	outb(port + 1, 0xff);
}

void interrupts_init(void)
{
	controller_init(PIC_MASTER, VECTOR_IRQ, 1 << 2);
	controller_init(PIC_SLAVE, VECTOR_IRQ + 8, 2);
	timer_stop();
}

static uint16_t mask_port(unsigned int irq)
{
	return irq < 8 ? PIC_MASTER + 1 : PIC_SLAVE + 1;
}

void irq_unmask(unsigned int irq)
{
	outb(mask_port(irq), inb(mask_port(irq)) & (uint8_t) ~(1 << (irq & 7)));
	if (irq >= 8)
		irq_unmask(2);
}

void irq_mask(unsigned int irq)
{
	outb(mask_port(irq), inb(mask_port(irq)) | (uint8_t)(1 << (irq & 7)));
}

void irq_end(unsigned int irq)
{
	if (irq >= 8)
		outb(PIC_SLAVE, EOI);
	outb(PIC_MASTER, EOI);
}

void timer_start(unsigned int mode, uint16_t count)
{
	outb(PIT_CONTROL, (uint8_t)(0x30 | mode << 1));
	outb(PIT_CHANNEL0, (uint8_t)count);
	outb(PIT_CHANNEL0, (uint8_t)(count >> 8));
}

void timer_stop(void)
{
	outb(PIT_CONTROL, 0x30);
}

static bool count_tick(struct regs *regs)
{
	(void)regs;
	timer_ticks++;
	irq_end(0);
	return true;
}

void timer_count_ticks(void)
{
	timer_ticks = 0;
	trap_hooks[VECTOR_IRQ] = count_tick;
	irq_unmask(0);
}
