/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_code.c - 32-bit user code (user_code.h). Its system calls are `int 0x80`. The bases of its
 * segments come with their descriptors.
 *
 * Invariant: only 32-bit code counts as the guest's: by the host's flat selector, or one of the
 * guest's LDT.
 */
#include <wedge/arch.h>
#include "../user_code.h"
#include "door.h"

enum { SYSTEM_CALL_VECTOR = 0x80, INT_LENGTH = 2 };

uint16_t user_code_host_selector(struct vcpu *v)
{
	if (v->cs & X86_SELECTOR_LDT)
		return (uint16_t)v->cs;
	linux_of(v)->user_cs = (uint16_t)v->cs;
	return HOST_CS32;
}

bool user_code_is_guests(struct vcpu *v, uint64_t cs, uint64_t rip)
{
	(void)v;
	(void)rip;
	return (uint16_t)cs == HOST_CS32 || (cs & X86_SELECTOR_LDT);
}

uint16_t user_code_selector(struct vcpu *v, uint64_t cs)
{
	return cs & X86_SELECTOR_LDT ? (uint16_t)cs | 3u : linux_of(v)->user_cs;
}

uint64_t user_code_resume(struct vcpu *v)
{
	return door_resume(v);
}

static void system_call(struct vcpu *v)
{
	exception_deliver(v, SYSTEM_CALL_VECTOR, ARCH_NO_ERROR_CODE, INT_LENGTH);
}

void user_code_system_call(struct vcpu *v, const struct process *process)
{
	if (process->frame_address)
		door_learn(v);
	system_call(v);
}

/* The door is one call away. */
bool user_code_on_way(struct vcpu *v, const struct process *process)
{
	(void)v;
	(void)process;
	return false;
}

bool user_code_caught(struct vcpu *v, bool on_way)
{
	(void)on_way;
	if ((v->trap != X86_TRAP_DB && v->trap != X86_TRAP_GP) || !door_caught(v))
		return false;
	system_call(v);
	return true;
}

void user_code_load_bases(struct vcpu *v, struct process *process)
{
	(void)v;
	process->orders->bases = USER_BASES_OF_SELECTORS;
}

void user_code_read_bases(struct vcpu *v, struct process *process)
{
	(void)v;
	(void)process;
}
