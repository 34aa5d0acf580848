/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task.c - the part of the hardware task switch that a task gate for double faults needs (SDM 3A
 * sections 6.12.2 and 7.3). No handler of double faults returns, so there is no task-switching
 * iret.
 *
 * Invariant: the old task's segment is complete before the new one's state is loaded.
 */
#include <wedge/backend.h>
#include <wedge/descriptor.h>
#include <wedge/guest_memory.h>
#include <wedge/lib.h>
#include "../emulate.h"
#include "../tlb.h"
#include "task.h"

/*
 * The part of a TSS that is saved and loaded: EIP to GS. Registers and selectors are in ModRM's
 * order.
 */
struct state {
	uint32_t eip;
	uint32_t eflags;
	uint32_t gpr[8];
	uint32_t selector[X86_SREG_COUNT];
};

static bool save_old(struct vcpu *v)
{
	struct state old = {.eip = (uint32_t)v->rip, .eflags = (uint32_t)v->rflags};
	struct guest_fault fault;

	for (unsigned int i = 0; i < 8; i++)
		old.gpr[i] = (uint32_t)v->gpr[i];
	memcpy(old.selector, v->selector, sizeof(old.selector));
	old.selector[X86_CS] = task_visible_cs(v);
	old.selector[X86_SS] = task_visible_ss(v);
	return guest_write(v, v->task.base + TSS_EIP, &old, sizeof(old), &fault);
}

/* Marks the new task busy, and writes its back link. */
static bool link_new(struct vcpu *v, const struct vcpu_table *task)
{
	uint16_t back = v->task.selector;
	struct guest_fault fault;

	return descriptor_mark_busy(v, task->selector, &fault) &&
	       guest_write(v, task->base + TSS_BACK_LINK, &back, sizeof(back), &fault);
}

static bool load_tables(struct vcpu *v, const uint32_t *segment)
{
	uint16_t ldt = (uint16_t)segment[TSS_LDT / 4];

	if ((v->cr[0] & X86_CR0_PG) && v->cr[3] != segment[TSS_CR3 / 4]) {
		v->cr[3] = segment[TSS_CR3 / 4];
		tlb_space(v);
	}
	return v->ldt.selector == ldt || segment_load_ldt(v, ldt);
}

static bool load_selectors(struct vcpu *v, const uint32_t *selector)
{
	static const uint8_t order[] = {X86_SS, X86_ES, X86_DS, X86_FS, X86_GS};

	if (selector[X86_CS] & X86_SELECTOR_RPL)
		return false;
	v->kernel_cs = (uint16_t)selector[X86_CS];
	v->cs = 0;
	v->ss = 0;
	for (unsigned int i = 0; i < sizeof(order); i++) {
		if (segment_set(v, order[i], (uint16_t)selector[order[i]]))
			return false;
	}
	return true;
}

static bool load_new(struct vcpu *v, const uint32_t *segment)
{
	struct state new;

	memcpy(&new, segment + TSS_EIP / 4, sizeof(new));
	if (!load_tables(v, segment) || !load_selectors(v, new.selector))
		return false;
	v->rip = new.eip;
	v->rflags = (new.eflags & ~ARCH_FLAGS_NOT_FOR_RING_3) | X86_FLAGS_FIXED;
	for (unsigned int i = 0; i < 8; i++)
		v->gpr[i] = new.gpr[i];
	return true;
}

static bool push_error(struct vcpu *v, int64_t error)
{
	uint64_t esp = (v->gpr[X86_RSP] - 4) & ARCH_ADDRESS_MASK;
	struct guest_fault fault;
	uint32_t code = (uint32_t)error;

	if (error == ARCH_NO_ERROR_CODE)
		return true;
	if (!guest_write(v, esp, &code, sizeof(code), &fault))
		return false;
	v->gpr[X86_RSP] = esp;
	return true;
}

bool task_switch(struct vcpu *v, uint16_t selector, int64_t error)
{
	uint32_t segment[TSS_BYTES / 4];
	struct vcpu_table task;
	struct guest_fault fault;

	if (!descriptor_read_system(v, selector, DESCRIPTOR_TSS_AVAILABLE, &task) ||
	    task.limit < TSS_BYTES - 1 ||
	    !guest_read(v, task.base, segment, sizeof(segment), &fault))
		return false;
	if (!save_old(v) || !link_new(v, &task))
		return false;
	v->task = task;
	/* The back end need not know: nothing uses the FPU before the new task clears TS. */
	v->cr[0] |= X86_CR0_TS;
	return load_new(v, segment) && push_error(v, error);
}
