/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.c - handlers of our own in the IDT (SDM 3A section 6.11).
 *
 * Invariant: the lib's gate_reset() makes undone what is done here.
 */
#include "handlers.h"
#include "measure.h"

void handler_set(unsigned int vector, const char *handler)
{
	word at = (word)handler;

	gate_set(vector, GATE_INTERRUPT, 3);
	idt[vector].low = (idt[vector].low & 0xffff0000) | (at & 0xffff);
	idt[vector].high = (idt[vector].high & 0xffff) | (at & 0xffff0000);
}
