/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * latch.c - see latch.h.
 *
 * Invariant: reading control changes nothing.
 */
#include "latch.h"

enum { DATA, CONTROL };
enum { CONTROL_INTERRUPT = 0x01, STATUS_FULL = 0x80 };

void latch_init(struct latch *latch)
{
	*latch = (struct latch){0};
}

uint8_t latch_read(struct latch *latch, unsigned offset)
{
	if (offset == CONTROL)
		return (latch->interrupts ? CONTROL_INTERRUPT : 0) |
		       (latch->full ? STATUS_FULL : 0);
	latch->full = false;
	return latch->data;
}

void latch_write(struct latch *latch, unsigned offset, uint8_t value)
{
	if (offset == CONTROL) {
		latch->interrupts = value & CONTROL_INTERRUPT;
		return;
	}
	latch->data = value;
	latch->full = true;
}

bool latch_irq(const struct latch *latch)
{
	return latch->full && latch->interrupts;
}
