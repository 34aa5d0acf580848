/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idt.c - entries of the IDT, stacks and frames of 32-bit protected mode (SDM 3A sections 6.11 and
 * 6.12).
 *
 * Invariant: the frame on the guest's stack is, bit for bit, what hardware in ring 0 would have
 * pushed.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>
#include <wedge/descriptor.h>
#include <wedge/guest_memory.h>
#include "../idt.h"
#include "task.h"

enum { OUTER_FRAME = 6 * 4 /* of user code, with an error code */ };

static bool read_entry(struct vcpu *v, unsigned int vector, uint64_t *raw, struct idt_fault *fault)
{
	uint32_t at = vector * ARCH_IDT_ENTRY_BYTES;

	if (at + ARCH_IDT_ENTRY_BYTES - 1 > v->idt.limit)
		return idt_refuse(fault, X86_TRAP_GP, vector * 8 | IDT_ERROR);
	return guest_read(v, (uint32_t)v->idt.base + at, raw, ARCH_IDT_ENTRY_BYTES, &fault->at) ||
	       idt_page_fault(fault);
}

/* The stack for a frame and its segment: from the TSS, or the current one. */
static bool choose_stack(struct vcpu *v, uint32_t *esp, uint32_t *ss, struct idt_fault *fault)
{
	uint32_t stack0[2];

	*esp = (uint32_t)v->gpr[X86_RSP];
	*ss = v->kernel_ss;
	if (!vcpu_in_user(v))
		return true;
	if (!guest_read(v, (uint32_t)v->task.base + TSS_ESP0, stack0, sizeof(stack0), &fault->at))
		return idt_page_fault(fault);
	*esp = stack0[0];
	*ss = stack0[1] & 0xffff;
	return true;
}

/* The frame of user code, if its page is remembered. False: it cannot be done in place. */
static bool push_in_place(struct vcpu *v, uint32_t *esp, int64_t error)
{
	uint32_t *frame = guest_remembered(v, *esp - OUTER_FRAME, OUTER_FRAME, true);

	if (!frame)
		return false;
	*esp -= OUTER_FRAME;
	if (error == ARCH_NO_ERROR_CODE)
		*esp += sizeof(*frame);
	else
		frame[0] = (uint32_t)error;
	frame[1] = (uint32_t)v->rip;
	frame[2] = task_visible_cs(v);
	frame[3] = (uint32_t)v->rflags;
	frame[4] = (uint32_t)v->gpr[X86_RSP];
	frame[5] = task_visible_ss(v);
	return true;
}

/*
 * Without a change of privilege the old stack pointer is not pushed; the stack is never aligned.
 * The frame is written in one go. Only if that faults are its words tried from the top, since CR2
 * must show the first that cannot be pushed.
 */
static bool push_any_frame(struct vcpu *v, uint32_t *esp, int64_t error, struct idt_fault *fault)
{
	bool outer = vcpu_in_user(v);
	uint32_t frame[6] = {(uint32_t)error, (uint32_t)v->rip, task_visible_cs(v),
			     (uint32_t)v->rflags, (uint32_t)v->gpr[X86_RSP]};
	unsigned int first = error == ARCH_NO_ERROR_CODE ? 1 : 0, end = outer ? 6 : 4;
	uint32_t size = 4 * (end - first), top = *esp;

	if (outer)
		frame[5] = task_visible_ss(v);
	*esp -= size;
	if (guest_write(v, *esp, frame + first, size, &fault->at))
		return true;
	while (end-- > first && guest_write(v, top -= 4, frame + end, 4, &fault->at))
		;
	return idt_page_fault(fault);
}

static bool push_frame(struct vcpu *v, uint32_t *esp, int64_t error, struct idt_fault *fault)
{
	return (vcpu_in_user(v) && push_in_place(v, esp, error)) ||
	       push_any_frame(v, esp, error, fault);
}

/* Which exception hardware raises depends on the part that is wrong, but all are contributory. */
static bool enter_task(struct vcpu *v, uint16_t selector, int64_t error, struct idt_fault *fault)
{
	return task_switch(v, selector, error) ||
	       idt_refuse(fault, X86_TRAP_TS, selector & ~(uint32_t)X86_SELECTOR_RPL);
}

bool idt_enter(struct vcpu *v, unsigned int vector, int64_t error, bool software,
	       struct idt_fault *fault)
{
	uint32_t esp, ss;
	unsigned int kind;
	uint64_t raw;

	if (!read_entry(v, vector, &raw, fault))
		return false;
	kind = descriptor_kind(raw);
	if (kind != DESCRIPTOR_INTERRUPT_GATE && kind != DESCRIPTOR_TRAP_GATE &&
	    kind != DESCRIPTOR_TASK_GATE)
		return idt_refuse(fault, X86_TRAP_GP, vector * 8 | IDT_ERROR);
	if (!idt_allows(v, raw, vector, software, fault))
		return false;
	if (kind == DESCRIPTOR_TASK_GATE)
		return enter_task(v, (uint16_t)(raw >> 16), error, fault);
	if (!choose_stack(v, &esp, &ss, fault) || !push_frame(v, &esp, error, fault))
		return false;
	arch_prepare_stack(v, esp);
	v->gpr[X86_RSP] = esp;
	v->rip = (raw & 0xffff) | (raw >> 32 & 0xffff0000);
	v->kernel_cs = raw >> 16 & 0xffff & ~X86_SELECTOR_RPL;
	v->kernel_ss = ss;
	v->cs = 0;
	v->ss = 0;
	v->rflags &=
		~(uint64_t)(X86_FLAGS_TF | X86_FLAGS_RF | X86_FLAGS_VM | ARCH_FLAGS_NOT_FOR_RING_3);
	if (kind == DESCRIPTOR_INTERRUPT_GATE)
		v->rflags &= ~(uint64_t)X86_FLAGS_IF;
	return true;
}
