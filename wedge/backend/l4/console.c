/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - see console.h: the first serial port, a 16550 (its data sheet), without the wedge's
 * messages: those are base/log.c's.
 *
 * Invariant: sending never waits for an interrupt, so it works at any time and in any thread.
 */
#include "console.h"

enum {
	COM1 = 0x3f8,
	DATA = COM1,
	INTERRUPTS = COM1 + 1,
	FIFO = COM1 + 2,
	LINE = COM1 + 3,
	MODEM = COM1 + 4,
	STATUS = COM1 + 5,
	STATUS_RECEIVED = 1,
	STATUS_MAY_SEND = 0x20,
	LINE_8N1 = 3,
	LINE_DIVISOR = 0x80,
	MODEM_ON = 0x0b, /* DTR, RTS, and OUT2, which lets interrupts through */
	KEYBOARD = 0x64,
	KEYBOARD_RESET = 0xfe,
	POWER = 0x604, /* PM1 control of a PIIX4, where firmware for QEMU puts it */
	POWER_SLEEP = 1 << 13,
	POWER_READS = 1000000,
	STATUS_ALL_SENT = 0x40,
};

void console_open(void)
{
	port_out8(INTERRUPTS, 0);
	port_out8(LINE, LINE_DIVISOR);
	port_out8(DATA, 1);
	port_out8(INTERRUPTS, 0);
	port_out8(LINE, LINE_8N1);
	port_out8(FIFO, 1);
	port_out8(MODEM, MODEM_ON);
	port_out8(INTERRUPTS, 1);
}

static void send(char c)
{
	while (!(port_in8(STATUS) & STATUS_MAY_SEND))
		;
	port_out8(DATA, (uint8_t)c);
}

void console_send(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		send(text[i]);
}

size_t console_receive(char *text, size_t size)
{
	size_t n = 0;

	while (n < size && (port_in8(STATUS) & STATUS_RECEIVED))
		text[n++] = (char)port_in8(DATA);
	return n;
}

static void drain(void)
{
	while (!(port_in8(STATUS) & STATUS_ALL_SENT))
		;
}

_Noreturn void console_reset_machine(void)
{
	drain();
	for (;;)
		port_out8(KEYBOARD, KEYBOARD_RESET);
}

_Noreturn void console_power_off(void)
{
	drain();
	port_out16(POWER, POWER_SLEEP);
	/* The machine goes off a little later; what is written until then may still count. */
	for (unsigned int i = 0; i < POWER_READS; i++)
		port_in8(STATUS);
	console_reset_machine();
}
