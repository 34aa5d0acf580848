// SPDX-License-Identifier: BSD-2-Clause
/*
 * traps.c - exceptions in the kernel. A warning is an invalid instruction at an address that the
 * kernel has to recognize as its own; a debug exception and an NMI may find either GS base, and
 * have to tell the kernel's from a program's.
 *
 * Invariant: a kernel that takes its code for a program's, or a program's GS base for its own,
 * does not come back from here: it oopses.
 */
#include <linux/bug.h>
#include <linux/irqflags.h>
#include <asm/msr.h>
#include "low.h"

static bool goes_on_after_a_warning(void)
{
	return WARN(1, "afterburn_low: not a fault, a check: the kernel has to go on\n");
}

/* With interrupts off, so that nothing else finds the program's GS base. */
#define WITH_EITHER_GS_BASE(instruction)                                                           \
	do {                                                                                       \
		unsigned long flags, before, after;                                                \
		local_irq_save(flags);                                                             \
		rdmsrl(MSR_GS_BASE, before);                                                       \
		asm volatile(instruction "\n\tswapgs\n\t" instruction "\n\tswapgs" ::: "memory");  \
		rdmsrl(MSR_GS_BASE, after);                                                        \
		local_irq_restore(flags);                                                          \
		return before == after;                                                            \
	} while (0)

static bool debug_exception(void)
{
	WITH_EITHER_GS_BASE("int $1");
}

static bool nmi(void)
{
	WITH_EITHER_GS_BASE("int $2");
}

unsigned int check_traps(void)
{
	return (goes_on_after_a_warning() ? 0 : 1) | (debug_exception() ? 0 : 2) | (nmi() ? 0 : 4);
}
