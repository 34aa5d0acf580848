/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interrupt_return.c - iret in 32-bit protected mode (SDM 2A, IRET).
 *
 * Invariant: everything is checked before anything changes, so a fault shows the instruction with
 * its stack as it was. Kernels rely on that: a user program can make them load any selector.
 */
#include <wedge/descriptor.h>
#include <wedge/guest_memory.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "../emulate.h"
#include "../user_selectors.h"

enum { SLOT_EIP, SLOT_CS, SLOT_FLAGS, SLOT_ESP, SLOT_SS, INNER_SLOTS = 3, OUTER_SLOTS = 5 };

static bool load_slots(struct vcpu *v, unsigned int size, unsigned int count, uint32_t *slot)
{
	uint8_t raw[OUTER_SLOTS * 4];
	struct guest_fault fault;

	if (!guest_read(v, v->gpr[X86_RSP], raw, count * size, &fault)) {
		exception_page_fault(v, fault.address, fault.error);
		return false;
	}
	for (unsigned int i = 0; i < count; i++) {
		slot[i] = 0;
		memcpy(&slot[i], raw + i * size, size);
	}
	return true;
}

static bool is_good(struct vcpu *v, unsigned int fault, uint32_t selector)
{
	if (fault)
		exception_deliver(v, fault, selector & 0xfffc, 0);
	return !fault;
}

/* Makes segment registers null that user code must not use (SDM 2A, IRET). */
static void hide_kernel_segments(struct vcpu *v)
{
	static const uint8_t registers[] = {X86_ES, X86_DS, X86_FS, X86_GS};
	uint64_t d;

	for (unsigned int i = 0; i < sizeof(registers); i++) {
		uint32_t *selector = &v->selector[registers[i]];

		/* With RPL 3, a selector could be loaded only if the DPL is 3. */
		if ((*selector & X86_SELECTOR_RPL) == 3 || *selector < 4)
			continue;
		/* Every CPL may use conforming code. */
		if (!descriptor_read(v, (uint16_t)*selector, &d) ||
		    (descriptor_dpl(d) != 3 && !descriptor_is_conforming_code(d)))
			*selector = 0;
	}
}

static void return_to_user(struct vcpu *v, unsigned int size)
{
	uint32_t slot[OUTER_SLOTS];

	if (!load_slots(v, size, OUTER_SLOTS, slot) ||
	    !is_good(v, user_code_fault(v, (uint16_t)slot[SLOT_CS]), slot[SLOT_CS]) ||
	    !is_good(v, user_stack_fault(v, (uint16_t)slot[SLOT_SS]), slot[SLOT_SS]))
		return;
	hide_kernel_segments(v);
	v->rip = slot[SLOT_EIP];
	v->cs = (uint16_t)slot[SLOT_CS];
	v->rflags = slot[SLOT_FLAGS] | X86_FLAGS_FIXED;
	v->gpr[X86_RSP] = slot[SLOT_ESP];
	v->ss = (uint16_t)slot[SLOT_SS];
}

void arch_interrupt_return(struct vcpu *v, unsigned int size)
{
	uint32_t slot[INNER_SLOTS];

	if (!load_slots(v, size, INNER_SLOTS, slot))
		return;
	if (slot[SLOT_FLAGS] & X86_FLAGS_VM)
		wedge_fatal("the kernel enters virtual-8086 mode at %lx", (unsigned long)v->rip);
	if (slot[SLOT_CS] & X86_SELECTOR_RPL) {
		return_to_user(v, size);
		return;
	}
	if ((uint16_t)slot[SLOT_CS] == v->kernel_cs)
		v->rip = slot[SLOT_EIP];
	else if (!segment_enter_kernel_code(v, (uint16_t)slot[SLOT_CS], slot[SLOT_EIP]))
		return;
	v->rflags = (slot[SLOT_FLAGS] & ~ARCH_FLAGS_NOT_FOR_RING_3) | X86_FLAGS_FIXED;
	v->gpr[X86_RSP] = (v->gpr[X86_RSP] + INNER_SLOTS * size) & ARCH_ADDRESS_MASK;
}
