/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * latch.h - the smallest chip with an interrupt, as an example (wedge/doc/writing-a-device.md): it
 * keeps one byte until it is read.
 *
 *   offset 0  data     write: keep this byte; read: take it
 *   offset 1  control  bit 0: interrupt while there is a byte; read, bit 7: there is one
 *
 * Invariant: the line is high if and only if there is a byte and bit 0 of control is set.
 */
#ifndef TESTS_DEV_LATCH_H
#define TESTS_DEV_LATCH_H

#include <stdbool.h>
#include <stdint.h>

struct latch {
	uint8_t data;
	bool full;
	bool interrupts;
};

/* Power-on and reset. */
void latch_init(struct latch *latch);

/* One byte at `offset`, 0 or 1. */
uint8_t latch_read(struct latch *latch, unsigned offset);
void latch_write(struct latch *latch, unsigned offset, uint8_t value);

/* The level of its interrupt line, to be asked after each access. */
bool latch_irq(const struct latch *latch);

#endif
