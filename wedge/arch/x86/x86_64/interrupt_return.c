/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interrupt_return.c - iret in 64-bit mode (SDM 2A, IRET) with slots of 16 or 32 bits; the iret
 * with 64-bit slots has a gate.
 *
 * Invariant: nothing changes if the frame cannot be read.
 */
#include <wedge/arch.h>
#include <wedge/guest_memory.h>
#include <wedge/lib.h>

enum { SLOTS = 5 };

void arch_interrupt_return(struct vcpu *v, unsigned int size)
{
	uint64_t slot[SLOTS] = {0};
	uint8_t raw[SLOTS * 8];
	struct guest_fault fault;

	if (!guest_read(v, v->gpr[X86_RSP], raw, SLOTS * size, &fault)) {
		exception_page_fault(v, fault.address, fault.error);
		return;
	}
	for (unsigned int i = 0; i < SLOTS; i++)
		memcpy(&slot[i], raw + i * size, size);
	v->rip = slot[0];
	v->cs = slot[1];
	v->rflags = slot[2];
	v->gpr[X86_RSP] = slot[3];
	v->ss = slot[4];
	if (!vcpu_in_user(v))
		v->kernel_cs = (uint16_t)slot[1];
}
