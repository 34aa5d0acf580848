// SPDX-License-Identifier: BSD-2-Clause
/*
 * i386.c - two-level tables, and a model-specific register that keeps what is written to it.
 */
#include <linux/irqflags.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include "instructions.h"
#include "width.h"

bool good_cr4(unsigned long cr4)
{
	return !(cr4 & X86_CR4_PAE);
}

/* Nothing executes sysenter on this processor while interrupts are off. */
bool check_msr(void)
{
	unsigned long flags;
	u64 old, seen;

	local_irq_save(flags);
	old = guest_rdmsr(MSR_IA32_SYSENTER_CS);
	guest_wrmsr(MSR_IA32_SYSENTER_CS, 0x1234);
	seen = guest_rdmsr(MSR_IA32_SYSENTER_CS);
	guest_wrmsr(MSR_IA32_SYSENTER_CS, old);
	local_irq_restore(flags);
	return seen == 0x1234;
}
