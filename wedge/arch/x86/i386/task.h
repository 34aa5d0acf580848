/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task.h - the 32-bit task-state segment (SDM 3A section 7.2.1) and the switch through a task gate.
 */
#ifndef WEDGE_I386_TASK_H
#define WEDGE_I386_TASK_H

#include <wedge/vcpu.h>
#include "../user_selectors.h"

/* Fields of a task-state segment, by offset. */
enum {
	TSS_BACK_LINK = 0,
	TSS_ESP0 = 4,
	TSS_CR3 = 28,
	TSS_EIP = 32, /* then flags, eight registers, six selectors, LDT; 4 bytes each */
	TSS_LDT = 96,
	TSS_BYTES = 104,
};

/* The selectors that the guest sees. */
static inline uint32_t task_visible_cs(const struct vcpu *v)
{
	return vcpu_in_user(v) ? user_selector((uint16_t)v->cs) : v->kernel_cs;
}

static inline uint32_t task_visible_ss(const struct vcpu *v)
{
	return vcpu_in_user(v) ? user_selector((uint16_t)v->ss) : v->kernel_ss;
}

/**
 * task_switch - an exception or interrupt enters a task (SDM 3A section 7.3).
 * @selector: of the new task's TSS
 * @error:    pushed on its stack, or ARCH_NO_ERROR_CODE
 *
 * Returns false if the task cannot be entered; the guest's memory may have changed then.
 */
bool task_switch(struct vcpu *v, uint16_t selector, int64_t error);

#endif /* WEDGE_I386_TASK_H */
