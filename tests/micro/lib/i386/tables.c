/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tables.c - descriptor tables, i386 (traps.h).
 *
 * Invariant: KERNEL_FS is loaded whenever trap_handle() runs.
 */
#include "micro.h"

enum { GATE_TASK = 5, PRESENT = 1 << 7 };

static struct local local = {LOCAL_MAGIC};

static void gate_write(unsigned int vector, word selector, word at, unsigned int attributes)
{
	idt[vector].low = (at & 0xffff) | selector << 16;
	idt[vector].high = (at & 0xffff0000) | (attributes | PRESENT) << 8;
}

void gate_set(unsigned int vector, unsigned int type, unsigned int dpl)
{
	gate_write(vector, KERNEL_CS, (word)trap_stubs + vector * TRAP_STUB_SIZE, type | dpl << 5);
}

void gate_set_task(unsigned int vector, unsigned int selector)
{
	gate_write(vector, selector, 0, GATE_TASK);
}

uint64_t descriptor(word base, word limit, uint64_t kind)
{
	return kind | (limit & 0xffff) | (uint64_t)(limit >> 16 & 0xf) << 48 |
	       (uint64_t)(base & 0xffffff) << 16 | (uint64_t)(base >> 24) << 56;
}

static void load_task_register(void)
{
	tss.sp0 = (word)trap_stack + TRAP_STACK;
	tss.ss0 = KERNEL_DS;
	tss.bitmap_base = offsetof(struct tss, bitmap);
	memset(tss.bitmap, 0xff, sizeof(tss.bitmap));
	gdt[TSS_SELECTOR / 8] = descriptor((word)&tss, sizeof(tss) - 1, SEGMENT_TSS);
	__asm__ volatile("ltr %w0" : : "r"(TSS_SELECTOR));
}

void traps_init(void)
{
	struct table_pointer pointer = {sizeof(idt) - 1, (word)idt};

	for (unsigned int i = 0; i < 256; i++)
		gate_reset(i);
	__asm__ volatile("lidt %0" : : "m"(pointer));
	load_task_register();
	gdt[KERNEL_FS / 8] =
		descriptor((word)&local, sizeof(local) - 1, SEGMENT_DATA0 & ~(1ull << 55));
	__asm__ volatile("movl %0, %%fs; lldt %w1" : : "r"(KERNEL_FS), "r"(0));
}
