/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interrupt_return.c - iret in 64-bit mode (SDM 2A, IRET) with slots of 16 or 32 bits; the iret
 * with 64-bit slots has a gate.
 *
 * Invariant: nothing changes if the frame cannot be read; user code runs only with selectors that
 * it can have.
 */
#include <wedge/arch.h>
#include <wedge/guest_memory.h>
#include <wedge/lib.h>
#include "../user_selectors.h"

enum { SLOTS = 5 };

/*
 * A gate cannot tell where the iret was. So what user code cannot have is a fault of the user code,
 * as on Xen: kernels end the program for both.
 */
static void check_selectors(struct vcpu *v)
{
	uint16_t cs = (uint16_t)v->cs, ss = (uint16_t)v->ss;
	unsigned int fault = user_code_fault(v, cs);

	if (fault) {
		exception_deliver(v, fault, cs & 0xfffc, 0);
		return;
	}
	fault = user_stack_fault(v, ss);
	if (fault)
		exception_deliver(v, fault, ss & 0xfffc, 0);
}

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
	else
		check_selectors(v);
}
