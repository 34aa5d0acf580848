/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.h - the real machine's serial port and its reset, by ports of I/O that sigma0 gives to
 * whoever uses them first.
 *
 * Invariant: nothing here needs the rest of the wedge: the root program uses it too.
 */
#ifndef WEDGE_BACKEND_L4_CONSOLE_H
#define WEDGE_BACKEND_L4_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

static inline void port_out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void port_out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t port_in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* 115200 baud, 8N1, an interrupt for each byte received. */
void console_open(void);

void console_send(const char *text, size_t size);

/* Fetches up to `size` received bytes; returns how many there were. */
size_t console_receive(char *text, size_t size);

_Noreturn void console_reset_machine(void);

/* By the power management of an Intel PIIX4, which QEMU's PC has; resets if that does not work. */
_Noreturn void console_power_off(void);

#endif /* WEDGE_BACKEND_L4_CONSOLE_H */
