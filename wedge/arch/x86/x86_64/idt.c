/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idt.c - entries of the IDT, stacks and frames of 64-bit mode (SDM 3A section 6.14).
 *
 * Invariant: the frame on the guest's stack is, bit for bit, what hardware in ring 0 would have
 * pushed.
 */
#include <wedge/arch.h>
#include <wedge/backend.h>

enum {
	IDT_INTERRUPT_GATE = 14,
	IDT_TRAP_GATE = 15,
	TSS_RSP0 = 4,
	TSS_IST1 = 36,
};

bool idt_read(struct vcpu *v, unsigned int vector, struct idt_entry *entry)
{
	uint64_t at = vector * ARCH_IDT_ENTRY_BYTES;
	struct guest_fault fault;
	uint64_t raw[2];

	if (at + ARCH_IDT_ENTRY_BYTES - 1 > v->idt.limit ||
	    !guest_read(v, v->idt.base + at, raw, sizeof(raw), &fault))
		return false;
	*entry = (struct idt_entry){
		.target = (raw[0] & 0xffff) | (raw[0] >> 32 & 0xffff0000) | raw[1] << 32,
		.selector = (uint16_t)(raw[0] >> 16),
		.ist = raw[0] >> 32 & 7,
		.type = raw[0] >> 40 & 15,
		.dpl = raw[0] >> 45 & 3,
	};
	return (raw[0] >> 47 & 1) &&
	       (entry->type == IDT_INTERRUPT_GATE || entry->type == IDT_TRAP_GATE);
}

/* The stack to push on: IST, the TSS's for CPL 0, or the current one (SDM 3A 6.14.4). */
static bool choose_stack(struct vcpu *v, const struct idt_entry *entry, uint64_t *rsp)
{
	struct guest_fault fault;

	if (entry->ist)
		return guest_read(v, v->task.base + TSS_IST1 + 8 * (entry->ist - 1u), rsp, 8,
				  &fault);
	if (vcpu_in_user(v))
		return guest_read(v, v->task.base + TSS_RSP0, rsp, 8, &fault);
	*rsp = v->gpr[X86_RSP];
	return true;
}

/* The selectors as the guest believes them to be. */
static uint64_t visible_cs(const struct vcpu *v)
{
	return vcpu_in_user(v) ? backend_user_selector((uint16_t)v->cs) : v->kernel_cs;
}

static uint64_t visible_ss(const struct vcpu *v)
{
	return vcpu_in_user(v) ? backend_user_selector((uint16_t)v->ss) : v->kernel_ss;
}

static bool push_frame(struct vcpu *v, uint64_t *rsp, int64_t error)
{
	struct guest_fault fault;
	uint64_t frame[6] = {(uint64_t)error, v->rip,
			     visible_cs(v),   v->rflags & ~(uint64_t)X86_FLAGS_VM,
			     v->gpr[X86_RSP], visible_ss(v)};
	unsigned int skip = error == ARCH_NO_ERROR_CODE ? 1 : 0;
	size_t size = sizeof(frame) - 8 * skip;

	*rsp = (*rsp & ~15ull) - size;
	return guest_write(v, *rsp, frame + skip, size, &fault);
}

bool idt_enter(struct vcpu *v, const struct idt_entry *entry, int64_t error)
{
	uint64_t rsp;

	if (!choose_stack(v, entry, &rsp) || !push_frame(v, &rsp, error))
		return false;
	if (vcpu_in_user(v)) {
		v->gs_state = VCPU_GS_USER;
		v->kernel_ss = 0; /* a change of CPL loads SS with null (SDM 3A 6.14.2) */
	}
	arch_prepare_stack(v, rsp);
	v->gpr[X86_RSP] = rsp;
	v->rip = entry->target;
	v->kernel_cs = entry->selector;
	v->cs = 0;
	v->ss = 0;
	v->rflags &= ~(uint64_t)(X86_FLAGS_TF | X86_FLAGS_NT | X86_FLAGS_RF | X86_FLAGS_AC);
	if (entry->type == IDT_INTERRUPT_GATE)
		v->rflags &= ~(uint64_t)X86_FLAGS_IF;
	return true;
}
