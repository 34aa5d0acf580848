/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processor.c - the processor state that Xen manages for a guest: FPU, CR4, debug registers, XCR0.
 *
 * Invariant: only this file uses mov to cr4, xsetbv and the forced-emulation prefix before cpuid,
 * which Xen emulates for a guest's kernel.
 */
#include "xen.h"

void backend_load_cr0(struct vcpu *v)
{
	hypercall1(__HYPERVISOR_fpu_taskswitch, (v->cr[0] & X86_CR0_TS) != 0);
}

/*
 * What user code notices: XGETBV, and that it may not read the time stamp counter. Xen carries
 * rdtsc out for the kernel and the wedge, which it knows by its own mode.
 */
void backend_load_cr4(struct vcpu *v)
{
	const unsigned long ours = X86_CR4_OSXSAVE | X86_CR4_TSD;
	unsigned long real;

	__asm__ volatile("mov %%cr4, %0" : "=r"(real));
	__asm__ volatile("mov %0, %%cr4"
			 :
			 : "r"((real & ~ours) | ((unsigned long)v->cr[4] & ours)));
	xen_count_many(COUNT_XEN_EMULATED, 2);
}

void backend_load_dr(struct vcpu *v, unsigned int index)
{
	hypercall2(__HYPERVISOR_set_debugreg, index, (unsigned long)v->dr[index]);
}

void backend_debug_status(struct vcpu *v)
{
	v->dr[6] = (unsigned long)hypercall1(__HYPERVISOR_get_debugreg, 6);
}

/* XCR0 must hold x87, and AVX needs SSE (SDM 1, section 13.3); Xen refuses the rest with #GP. */
bool backend_load_xcr0(struct vcpu *v, uint64_t value)
{
	uint32_t allowed[4];

	(void)v;
	backend_cpuid(0xd, 0, allowed);
	if (!(value & 1) || ((value & 4) && !(value & 2)) ||
	    (value & ~(allowed[0] | (uint64_t)allowed[3] << 32)))
		return false;
	xen_count(COUNT_XEN_EMULATED);
	__asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
	return true;
}

void backend_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	xen_count(COUNT_XEN_EMULATED);
	/* ud2a; "xen"; cpuid: Xen answers with the policy it has for this domain. */
	__asm__ volatile(".byte 0x0f, 0x0b, 0x78, 0x65, 0x6e; cpuid"
			 : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
			 : "0"(leaf), "2"(subleaf));
}

_Noreturn void backend_end(enum backend_end how)
{
	static const unsigned int reasons[] = {
		[BACKEND_POWEROFF] = SHUTDOWN_poweroff,
		[BACKEND_REBOOT] = SHUTDOWN_reboot,
		[BACKEND_CRASH] = SHUTDOWN_crash,
	};
	struct sched_shutdown arg = {.reason = reasons[how]};

	console_drain();
	for (;;)
		hypercall_raw(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (unsigned long)&arg, 0, 0,
			      0);
}
