/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idt.c - entries of the IDT, stacks and frames of 32-bit protected mode (SDM 3A sections 6.11
 * and 6.12).
 *
 * Invariant: the frame on the guest's stack is, bit for bit, what hardware in ring 0 would have
 * pushed; DS, ES, FS and GS are the handler's to save.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>

#include "task.h"

enum {
	IDT_TASK_GATE = 5,
	IDT_INTERRUPT_GATE = 14,
	IDT_TRAP_GATE = 15,
};

bool idt_read(struct vcpu *v, unsigned int vector, struct idt_entry *entry)
{
	uint64_t at = vector * ARCH_IDT_ENTRY_BYTES, raw;
	struct guest_fault fault;

	if (at + ARCH_IDT_ENTRY_BYTES - 1 > v->idt.limit ||
	    !guest_read(v, v->idt.base + at, &raw, sizeof(raw), &fault))
		return false;
	*entry = (struct idt_entry){
		.target = (raw & 0xffff) | (raw >> 32 & 0xffff0000),
		.selector = (uint16_t)(raw >> 16),
		.type = raw >> 40 & 15,
		.dpl = raw >> 45 & 3,
	};
	return (raw >> 47 & 1) && (entry->type == IDT_INTERRUPT_GATE ||
				   entry->type == IDT_TRAP_GATE || entry->type == IDT_TASK_GATE);
}

/* Where a frame begins and what stack segment goes with it: the TSS's, or the current one. */
static bool choose_stack(struct vcpu *v, uint32_t *esp, uint32_t *ss)
{
	struct guest_fault fault;
	uint32_t stack0[2];

	*esp = (uint32_t)v->gpr[X86_RSP];
	*ss = v->kernel_ss;
	if (!vcpu_in_user(v))
		return true;
	if (!guest_read(v, v->task.base + TSS_ESP0, stack0, sizeof(stack0), &fault))
		return false;
	*esp = stack0[0];
	*ss = stack0[1] & 0xffff;
	return true;
}

/* Without a change of privilege the old stack pointer is not pushed, and nothing is aligned. */
static bool push_frame(struct vcpu *v, uint32_t *esp, int64_t error)
{
	bool outer = vcpu_in_user(v);
	struct guest_fault fault;
	uint32_t frame[6] = {(uint32_t)error,	  (uint32_t)v->rip,	     task_visible_cs(v),
			     (uint32_t)v->rflags, (uint32_t)v->gpr[X86_RSP], task_visible_ss(v)};
	unsigned int first = error == ARCH_NO_ERROR_CODE ? 1 : 0, end = outer ? 6 : 4;
	uint32_t size = 4 * (end - first);

	*esp -= size;
	return guest_write(v, *esp, frame + first, size, &fault);
}

bool idt_enter(struct vcpu *v, const struct idt_entry *entry, int64_t error)
{
	uint32_t esp, ss;

	if (entry->type == IDT_TASK_GATE)
		return task_switch(v, entry->selector, error);
	if (!choose_stack(v, &esp, &ss) || !push_frame(v, &esp, error))
		return false;
	arch_prepare_stack(v, esp);
	v->gpr[X86_RSP] = esp;
	v->rip = entry->target;
	v->kernel_cs = entry->selector & ~(uint32_t)X86_SELECTOR_RPL;
	v->kernel_ss = ss;
	v->cs = 0;
	v->ss = 0;
	v->rflags &=
		~(uint64_t)(X86_FLAGS_TF | X86_FLAGS_RF | X86_FLAGS_VM | ARCH_FLAGS_NOT_FOR_RING_3);
	if (entry->type == IDT_INTERRUPT_GATE)
		v->rflags &= ~(uint64_t)X86_FLAGS_IF;
	return true;
}
