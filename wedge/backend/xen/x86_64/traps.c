/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.c - the entries by `syscall`, which only 64-bit kernels have.
 */
#include <wedge/arch.h>
#include "../entry.h"
#include "../xen.h"

extern const char xen_syscall[], xen_syscall32[];

void traps_register_width(void)
{
	traps_register(CALLBACKTYPE_syscall, xen_syscall);
	traps_register(CALLBACKTYPE_syscall32, xen_syscall32);
}

/* A system call that goes to the kernel's own entry does not come here (entry.S). */
bool traps_entered_width(struct vcpu *v)
{
	if (v->trap != ENTRY_SYSCALL && v->trap != ENTRY_SYSCALL32)
		return false;
	vcpu_count(v, COUNT_ENTERED_SYSCALL_SLOW);
	arch_system_call(v, v->trap == ENTRY_SYSCALL ? v->lstar : v->cstar);
	return true;
}

/* `int $0x80` of a 64-bit kernel's programs is rare: each is C's. */
void traps_called_width(struct vcpu *v, unsigned int vector)
{
	(void)v;
	(void)vector;
}
