/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system_call.c - user code's `syscall` (SDM 2B, SYSCALL), for the back ends that catch it.
 *
 * Invariant: the kernel finds the registers that hardware would have left.
 */
#include <wedge/arch.h>

enum { SYSCALL_LENGTH = 2 };

void arch_system_call(struct vcpu *v, uint64_t handler)
{
	if (!(v->efer & X86_EFER_SCE) || !handler) {
		v->rip -= SYSCALL_LENGTH;
		exception_ud(v);
		return;
	}
	v->gpr[X86_RCX] = v->rip;
	v->gpr[11] = v->rflags;
	v->rflags &= ~v->sfmask;
	v->rip = handler;
	v->cs = 0;
	v->ss = 0;
	v->kernel_cs = v->syscall_cs;
	v->kernel_ss = v->syscall_ss;
	v->gs_state = VCPU_GS_USER;
}
