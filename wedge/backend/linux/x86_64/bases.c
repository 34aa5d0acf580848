/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bases.c - FS and GS of 64-bit guest kernel code. Of these only GS is used, by its base.
 *
 * `swapgs` and the user's bases are state of the vCPU alone: a kernel reads nothing by GS between its
 * entry and `swapgs`, and user code runs in another process, which gets its bases with its registers
 * (run.c). So the process's own GS has the kernel's base all the time, and a change of it, which
 * kernels make a few times while they start, may cost a system call.
 *
 * Invariant: GS has the vCPU's gs_base_kernel.
 */
#include <wedge/arch.h>
#include "../linux.h"

enum { SET_GS = 0x1001 }; /* ARCH_SET_GS of arch_prctl(2) */

/* A 64-bit process starts with null; so do the guest's selectors. */
void bases_init(struct vcpu *v)
{
	(void)v;
}

bool bases_fault(struct vcpu *v)
{
	(void)v;
	return false;
}

void backend_load_fs_base(struct vcpu *v)
{
	(void)v;
}

/* The host takes any address of a process; others a kernel has no use for: #GP shows it. */
void backend_load_gs_base(struct vcpu *v, bool user)
{
	long result;

	if (user)
		return;
	result = host_call2(__NR_arch_prctl, SET_GS, v->gs_base_kernel);
	if (host_failed(result))
		linux_host_failed("the kernel's base of GS", result);
}
