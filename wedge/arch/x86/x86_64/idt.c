/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idt.c - entries of the IDT, stacks and frames of 64-bit mode (SDM 3A section 6.14).
 *
 * Invariant: the frame on the guest's stack is, bit for bit, what hardware in ring 0 would have
 * pushed.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>
#include <wedge/descriptor.h>
#include <wedge/guest_memory.h>
#include "../idt.h"
#include "../user_selectors.h"

enum {
	TSS_RSP0 = 4,
	TSS_IST1 = 36,
};

static bool read_entry(struct vcpu *v, unsigned int vector, uint64_t raw[2],
		       struct idt_fault *fault)
{
	uint64_t at = vector * ARCH_IDT_ENTRY_BYTES;

	if (at + ARCH_IDT_ENTRY_BYTES - 1 > v->idt.limit)
		return idt_refuse(fault, X86_TRAP_GP, vector * 8 | IDT_ERROR);
	return guest_read(v, v->idt.base + at, raw, ARCH_IDT_ENTRY_BYTES, &fault->at) ||
	       idt_page_fault(fault);
}

/* The stack to push on: IST, the TSS's for CPL 0, or the current one (SDM 3A 6.14.4). */
static bool choose_stack(struct vcpu *v, unsigned int ist, uint64_t *rsp, struct idt_fault *fault)
{
	uint64_t slot = ist ? TSS_IST1 + 8 * (ist - 1u) : TSS_RSP0;

	if (ist || vcpu_in_user(v))
		return guest_read(v, v->task.base + slot, rsp, 8, &fault->at) ||
		       idt_page_fault(fault);
	*rsp = v->gpr[X86_RSP];
	return true;
}

/* The selectors that the guest sees. */
static uint64_t visible_cs(const struct vcpu *v)
{
	return vcpu_in_user(v) ? user_selector((uint16_t)v->cs) : v->kernel_cs;
}

static uint64_t visible_ss(const struct vcpu *v)
{
	return vcpu_in_user(v) ? user_selector((uint16_t)v->ss) : v->kernel_ss;
}

/*
 * The frame is written in one go. Only if that faults are its words tried from the top, since CR2
 * must show the first that cannot be pushed.
 */
static bool push_frame(struct vcpu *v, uint64_t *rsp, int64_t error, struct idt_fault *fault)
{
	uint64_t frame[6] = {(uint64_t)error, v->rip,
			     visible_cs(v),   v->rflags & ~(uint64_t)X86_FLAGS_VM,
			     v->gpr[X86_RSP], visible_ss(v)};
	unsigned int skip = error == ARCH_NO_ERROR_CODE ? 1 : 0, n = 6;
	size_t size = sizeof(frame) - 8 * skip;
	uint64_t top = *rsp & ~15ull;

	*rsp = top - size;
	if (guest_write(v, *rsp, frame + skip, size, &fault->at))
		return true;
	while (n-- > skip && guest_write(v, top -= 8, frame + n, 8, &fault->at))
		;
	return idt_page_fault(fault);
}

bool idt_enter(struct vcpu *v, unsigned int vector, int64_t error, bool software,
	       struct idt_fault *fault)
{
	uint64_t raw[2], rsp;
	unsigned int kind;

	if (!read_entry(v, vector, raw, fault))
		return false;
	kind = descriptor_kind(raw[0]);
	if (kind != DESCRIPTOR_INTERRUPT_GATE && kind != DESCRIPTOR_TRAP_GATE)
		return idt_refuse(fault, X86_TRAP_GP, vector * 8 | IDT_ERROR);
	if (!idt_allows(v, raw[0], vector, software, fault) ||
	    !choose_stack(v, raw[0] >> 32 & 7, &rsp, fault) || !push_frame(v, &rsp, error, fault))
		return false;
	if (vcpu_in_user(v)) {
		v->gs_state = VCPU_GS_USER;
		v->kernel_ss = 0; /* a change of CPL loads SS with null (SDM 3A 6.14.2) */
	}
	arch_prepare_stack(v, rsp);
	v->gpr[X86_RSP] = rsp;
	v->rip = (raw[0] & 0xffff) | (raw[0] >> 32 & 0xffff0000) | raw[1] << 32;
	v->kernel_cs = (uint16_t)(raw[0] >> 16);
	v->cs = 0;
	v->ss = 0;
	v->rflags &= ~(uint64_t)(X86_FLAGS_TF | X86_FLAGS_NT | X86_FLAGS_RF | X86_FLAGS_AC);
	if (kind == DESCRIPTOR_INTERRUPT_GATE)
		v->rflags &= ~(uint64_t)X86_FLAGS_IF;
	return true;
}
