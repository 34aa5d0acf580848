/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.c - the ways into C that only 32-bit kernels have: their iret, and user code that loads a
 * selector whose descriptor has changed.
 */
#include <wedge/arch.h>
#include "../descriptors.h"
#include "../xen.h"

void traps_register_width(void)
{
}

/*
 * Kernels write descriptors of user code with plain stores, and user code then loads the selector:
 * the copy may be behind. The error code is the selector (SDM 3A section 6.13).
 */
bool traps_entered_width(struct vcpu *v)
{
	uint16_t selector = (uint16_t)v->trap_error;
	uint64_t before;

	if (!vcpu_in_user(v) || (v->trap != X86_TRAP_GP && v->trap != X86_TRAP_NP) ||
	    selector < 4 || (selector & 2))
		return false;
	before = descriptors_copy(v, selector);
	return descriptors_renew(v, selector) != before;
}

void xen_interrupt_return(struct vcpu *v);

void xen_interrupt_return(struct vcpu *v)
{
	v->rip -= SITE_CALL_LENGTH;
	arch_interrupt_return(v, ARCH_WORD_SIZE);
	if (v->retry && vcpu_in_user(v))
		core_retry(v);
}
