/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processor.c - processor state that an unprivileged process has, and how it ends.
 *
 * Invariant: nothing here promises the guest what the host does not give a process.
 */
#include <wedge/log.h>
#include "debug.h"
#include "linux.h"

/* Extended control register 0: what the host has enabled (SDM 2C, XGETBV). */
uint64_t processor_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low | (uint64_t)high << 32;
}

/*
 * CR0.TS cannot be set for a process. Kernels that switch the FPU lazily set it to see the next
 * use; the state is moved eagerly here, so a guest that waits for #NM would mix contexts up:
 * refuse.
 */
void backend_load_cr0(struct vcpu *v)
{
	if (v->cr[0] & X86_CR0_TS)
		wedge_fatal("the kernel sets CR0.TS, which a process cannot have (at %lx)", v->rip);
}

void backend_load_cr4(struct vcpu *v)
{
	(void)v;
}

/* A process has no right to load its own breakpoint registers: a known limit (process.md). */
void backend_load_dr(struct vcpu *v, unsigned int index)
{
	(void)v;
	(void)index;
}

/* Only single steps come, since no breakpoint register is ever loaded (SDM 3B, DR6). */
void backend_debug_status(struct vcpu *v)
{
	v->dr[6] |= 1 << 14;
}

bool backend_load_xcr0(struct vcpu *v, uint64_t value)
{
	(void)v;
	return (value & 1) && !((value & 4) && !(value & 2)) && !(value & ~machine.xstate_mask);
}

void backend_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	__asm__ volatile("cpuid"
			 : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
			 : "0"(leaf), "2"(subleaf));
	if (leaf == 0xd && subleaf == 0) {
		out[0] = (uint32_t)machine.xstate_mask;
		out[3] = (uint32_t)(machine.xstate_mask >> 32);
	}
}

/*
 * Whatever the processor does: user code gets its bases after its selectors (user_segments.c). A
 * kernel that were told otherwise would load each selector twice.
 */
bool backend_null_clears_base(void)
{
	return true;
}

_Noreturn void backend_end(enum backend_end how)
{
	static const int codes[] = {
		[BACKEND_POWEROFF] = LAUNCH_POWEROFF,
		[BACKEND_REBOOT] = LAUNCH_REBOOT,
		[BACKEND_CRASH] = LAUNCH_CRASH,
	};

	if (how == BACKEND_CRASH && machine.has_vcpu) {
		machine.has_vcpu = false; /* one try: the guest may have overwritten it */
		debug_crashed(vcpu_this());
	}
	for (;;)
		host_call1(__NR_exit_group, codes[how]);
}

_Noreturn void linux_host_failed(const char *what, long result)
{
	wedge_log("fatal: the host refuses %s (error %lu)", what, (unsigned long)-result);
	for (;;)
		host_call1(__NR_exit_group, LAUNCH_HOST);
}
