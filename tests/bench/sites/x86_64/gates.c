/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.c - handlers of our own in the IDT (SDM 3A section 6.14.1).
 *
 * Invariant: the lib's gate_reset() makes undone what is done here.
 */
#include "handlers.h"
#include "measure.h"

void handler_set(unsigned int vector, const char *handler)
{
	word at = (word)handler;

	gate_set(vector, GATE_INTERRUPT, 3);
	idt[vector].low &= 0x0000ffffffff0000;
	idt[vector].low |= (at & 0xffff) | (at >> 16 & 0xffff) << 48;
	idt[vector].high = at >> 32;
}
