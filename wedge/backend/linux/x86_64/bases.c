/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bases.c - FS and GS of 64-bit guest kernel code. Of these only GS is used, by its base.
 *
 * `swapgs` and the user's bases are state of the vCPU alone: a kernel reads nothing by GS between
 * its entry and `swapgs`, and user code runs in another process, which gets its bases with its
 * registers (run.c). So the process's own GS has the kernel's base all the time, and a change of
 * it, which kernels make a few times while they start, may cost a system call.
 *
 * Invariant: GS has the vCPU's gs_base_kernel.
 */
#include <wedge/arch.h>
#include "../linux.h"

enum { SET_GS = 0x1001, SET_FS = 0x1002 }; /* ARCH_SET_* of arch_prctl(2) */

/* FS still names the launcher's own data, which is unmapped; the guest's bases are 0. */
void bases_init(struct vcpu *v)
{
	long result = host_call2(__NR_arch_prctl, SET_FS, 0);

	(void)v;
	if (host_failed(result))
		linux_host_failed("a base of FS", result);
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
