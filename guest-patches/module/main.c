// SPDX-License-Identifier: BSD-2-Clause
/*
 * main.c - a module whose text holds sensitive instructions of several classes: flags, interrupt
 * flag, CPUID, control registers, MSRs, port I/O. Each check compares the instruction's effect with
 * the architecture's definition, so its result is the same on bare metal and on a wedge.
 *
 * Invariant: the parameter `result` is 0 when all checks held, else a bit per failed check. What
 * differs between the widths is in x86_64.c and i386.c.
 */
#include <linux/module.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/spinlock.h>
#include <asm/processor.h>
#include <asm/special_insns.h>
#include "instructions.h"
#include "width.h"

static int result = -1;
module_param(result, int, 0444);

static DEFINE_SPINLOCK(lock);
static unsigned int guarded;

/* Interrupts are off inside, on outside, and nesting restores what was. */
static bool check_locks(void)
{
	unsigned long outer, inner;
	bool good = !irqs_disabled();

	spin_lock_irqsave(&lock, outer);
	good &= irqs_disabled();
	local_irq_save(inner);
	guarded++;
	local_irq_restore(inner);
	good &= irqs_disabled();
	spin_unlock_irqrestore(&lock, outer);
	return good && !irqs_disabled();
}

/* Arithmetic flags and DF survive pushf and popf around cli and sti. */
static bool check_flags(void)
{
	unsigned long flags;

	asm volatile("pushf\n\t"
		     "cli\n\t"
		     "stc\n\t"
		     "pushf\n\t"
		     "pop %0\n\t"
		     "popf"
		     : "=r"(flags)
		     :
		     : "memory", "cc");
	return (flags & X86_EFLAGS_CF) && !(flags & X86_EFLAGS_IF) && !irqs_disabled();
}

static bool check_cpuid(void)
{
	return guest_cpuid(0).eax >= 1 && (guest_cpuid(1).edx & 1) == 1;
}

/* The kernel runs with paging and protection on, and CR3 names a page. */
static bool check_control(void)
{
	return (read_cr0() & X86_CR0_PE) && (read_cr0() & X86_CR0_PG) && __read_cr3() != 0 &&
	       good_cr4(__read_cr4());
}

/* The mask register of the first interrupt controller can be read back as written. */
static bool check_ports(void)
{
	u8 old, seen;
	unsigned long flags;

	local_irq_save(flags);
	old = inb(0x21);
	outb(0xff, 0x21);
	seen = inb(0x21);
	outb(old, 0x21);
	local_irq_restore(flags);
	return seen == 0xff;
}

/* Interrupts arrive while we wait with them on. */
static bool check_ticks(void)
{
	unsigned long start = jiffies;

	msleep(30);
	return jiffies != start;
}

static int __init start(void)
{
	static bool (*const checks[])(void) = {check_locks, check_flags, check_cpuid, check_control,
					       check_msr,   check_ports, check_ticks};
	unsigned int i;

	result = 0;
	for (i = 0; i < ARRAY_SIZE(checks); i++)
		if (!checks[i]())
			result |= 1 << i;
	return 0;
}

static void __exit stop(void)
{
}

module_init(start);
module_exit(stop);
MODULE_LICENSE("Dual BSD/GPL");
MODULE_DESCRIPTION("Sensitive instructions in a module");
