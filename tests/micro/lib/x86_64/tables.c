/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tables.c - descriptor tables and system call MSRs, x86-64 (traps.h).
 *
 * Invariant: GS points to `local` in the kernel, whenever a trap can come.
 */
#include "micro.h"
#include "paging.h"

enum { TSS_AVAILABLE = 9, PRESENT = 1 << 7 };

/* What GS points to in the kernel; offsets known to traps.S. */
static struct {
	word stack;
	word user_sp;
} local;

void gate_set(unsigned int vector, unsigned int type, unsigned int dpl)
{
	word at = (word)trap_stubs + vector * TRAP_STUB_SIZE;

	idt[vector].low = (at & 0xffff) | (word)KERNEL_CS << 16 |
			  (word)(type | dpl << 5 | PRESENT) << 40 | (at >> 16 & 0xffff) << 48;
	idt[vector].high = at >> 32;
}

void gate_set_stack(unsigned int vector, unsigned int ist)
{
	idt[vector].low = (idt[vector].low & ~(7ul << 32)) | (word)ist << 32;
}

/* At DIRECT_BASE, and written to before it is used, as a Linux kernel has its stacks. */
static word trap_stack_new(void)
{
	return (word)memset(kernel_pointer(physical(trap_stack)), 0, TRAP_STACK) + TRAP_STACK;
}

/* A TSS descriptor has 16 bytes (SDM 3A section 7.2.3). */
static void load_task_register(word stack)
{
	word base = (word)&tss, limit = sizeof(tss) - 1;

	tss.sp0 = stack;
	tss.bitmap_base = offsetof(struct tss, bitmap);
	memset(tss.bitmap, 0xff, sizeof(tss.bitmap));
	gdt[TSS_SELECTOR / 8] = limit | (base & 0xffffff) << 16 |
				(word)(TSS_AVAILABLE | PRESENT) << 40 | (base >> 24 & 0xff) << 56;
	gdt[TSS_SELECTOR / 8 + 1] = base >> 32;
	__asm__ volatile("ltr %w0" : : "r"(TSS_SELECTOR));
}

void traps_init(void)
{
	struct table_pointer pointer = {sizeof(idt) - 1, (word)idt};

	for (unsigned int i = 0; i < 256; i++)
		gate_reset(i);
	__asm__ volatile("lidt %0" : : "m"(pointer));
	local.stack = trap_stack_new();
	load_task_register(local.stack);
	wrmsr(MSR_GS_BASE, (word)&local);
	wrmsr(MSR_KERNEL_GS_BASE, 0);
	wrmsr(MSR_STAR, (word)USER_CS32 << 48 | (word)KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (word)syscall_entry);
	wrmsr(MSR_SFMASK, FLAG_TF | FLAG_IF | FLAG_DF | FLAG_IOPL | FLAG_NT | FLAG_AC);
}
