/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns16550.h - National Semiconductor NS16550A UART as COM1, wired to the host's console.
 *
 * The line has no speed: a byte written is at the host before `out` returns, and the transmitter is
 * always empty. The terminal at the other end is always there (DCD, DSR, CTS) and honours the
 * handshake: it sends nothing until the guest asserts DTR or RTS or enables receive interrupts, so
 * input typed while the guest boots is not lost, and it never overruns the receiver.
 */
#ifndef WEDGE_DEV_NS16550_H
#define WEDGE_DEV_NS16550_H

#include <stdbool.h>
#include <stdint.h>

#define NS16550_FIFO 16

struct ns16550 {
	uint8_t ier;
	uint8_t fcr; /* as written, without the self-clearing bits */
	uint8_t lcr;
	uint8_t mcr;
	uint8_t lsr; /* overrun only; the rest follows from the FIFO */
	uint8_t msr; /* delta bits and the levels they were computed from */
	uint8_t scr;
	uint8_t dll;
	uint8_t dlm;
	uint8_t fifo[NS16550_FIFO];
	uint16_t broken;     /* bit n: fifo[n] is a break, whose indication was not read yet */
	uint8_t head;	     /* next byte to read */
	uint8_t count;	     /* bytes held */
	bool thre;	     /* transmitter-empty interrupt not yet seen by the guest */
	bool more;	     /* the host may have further input */
	uint8_t break_state; /* what the terminal is about to send before all other input */
	uint8_t break_byte;
};

void ns16550_init(struct ns16550 *uart);

/* Register 0 to 7. Call dev_host_console_read / _write as needed. */
uint8_t ns16550_read(struct ns16550 *uart, unsigned reg);
void ns16550_write(struct ns16550 *uart, unsigned reg, uint8_t value);

/* The host may have input. */
void ns16550_input(struct ns16550 *uart);

/*
 * The terminal sends a break, and then a byte, before all that the host has not given yet. A break
 * that still waits, since the guest reads nothing, is replaced.
 */
void ns16550_break(struct ns16550 *uart, uint8_t byte);

/* Level of the interrupt line on the ISA bus: INTRPT gated by OUT2, as PC adapters wire it. */
bool ns16550_irq(const struct ns16550 *uart);

#endif
