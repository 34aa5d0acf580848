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

/* Slots of 16 bits become such of 32. */
static void widen(uint32_t *slot, unsigned int count)
{
	while (count--) {
		uint16_t half;

		memcpy(&half, (const char *)slot + count * sizeof(half), sizeof(half));
		slot[count] = half;
	}
}

/* Loads the slots from `first` to `end`. In line, since then the compiler knows how many. */
static inline __attribute__((always_inline)) bool
load_slots(struct vcpu *v, unsigned int size, unsigned int first, unsigned int end, uint32_t *slot)
{
	struct guest_fault fault;
	uint32_t at = (uint32_t)v->gpr[X86_RSP] + first * size;

	if (size == 4 ? guest_read(v, at, slot + first, (end - first) * 4, &fault)
		      : guest_read(v, at, slot + first, (end - first) * 2, &fault)) {
		if (size == 2)
			widen(slot + first, end - first);
		return true;
	}
	exception_page_fault(v, fault.address, fault.error);
	return false;
}

static bool is_good(struct vcpu *v, unsigned int fault, uint32_t selector)
{
	if (fault)
		exception_deliver(v, fault, selector & 0xfffc, 0);
	return !fault;
}

/* Every CPL may use conforming code. */
static __attribute__((noinline)) void check_segment(struct vcpu *v, uint32_t *selector)
{
	uint64_t d;

	if (!descriptor_read(v, (uint16_t)*selector, &d) ||
	    (descriptor_dpl(d) != 3 && !descriptor_is_conforming_code(d)))
		*selector = 0;
}

static inline void hide_kernel_segment(struct vcpu *v, uint32_t *selector)
{
	/* With RPL 3, a selector could be loaded only if the DPL is 3. */
	if ((*selector & X86_SELECTOR_RPL) != 3 && *selector >= 4)
		check_segment(v, selector);
}

/* Makes segment registers null that user code must not use (SDM 2A, IRET). */
static void hide_kernel_segments(struct vcpu *v)
{
	hide_kernel_segment(v, &v->selector[X86_ES]);
	hide_kernel_segment(v, &v->selector[X86_DS]);
	hide_kernel_segment(v, &v->selector[X86_FS]);
	hide_kernel_segment(v, &v->selector[X86_GS]);
}

/* What the wedge remembers as good needs no call. */
static inline bool is_good_code(struct vcpu *v, uint16_t selector)
{
	return selector == v->user_cs || is_good(v, user_code_fault(v, selector), selector);
}

static inline bool is_good_stack(struct vcpu *v, uint16_t selector)
{
	return ((selector & X86_SELECTOR_RPL) == 3 && segment_is_flat(v, selector)) ||
	       is_good(v, user_stack_fault(v, selector), selector);
}

static void return_to_user(struct vcpu *v, unsigned int size, uint32_t *slot)
{
	if (!load_slots(v, size, INNER_SLOTS, OUTER_SLOTS, slot) ||
	    !is_good_code(v, (uint16_t)slot[SLOT_CS]) || !is_good_stack(v, (uint16_t)slot[SLOT_SS]))
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
	uint32_t slot[OUTER_SLOTS];

	if (!load_slots(v, size, 0, INNER_SLOTS, slot))
		return;
	if (slot[SLOT_FLAGS] & X86_FLAGS_VM)
		wedge_fatal("the kernel enters virtual-8086 mode at %lx", (unsigned long)v->rip);
	if (slot[SLOT_CS] & X86_SELECTOR_RPL) {
		return_to_user(v, size, slot);
		return;
	}
	if ((uint16_t)slot[SLOT_CS] == v->kernel_cs)
		v->rip = slot[SLOT_EIP];
	else if (!segment_enter_kernel_code(v, (uint16_t)slot[SLOT_CS], slot[SLOT_EIP]))
		return;
	v->rflags = (slot[SLOT_FLAGS] & ~ARCH_FLAGS_NOT_FOR_RING_3) | X86_FLAGS_FIXED;
	v->gpr[X86_RSP] = (v->gpr[X86_RSP] + INNER_SLOTS * size) & ARCH_ADDRESS_MASK;
}
