/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * double_fault.c - a handler that cannot be entered: a task switch to a TSS with a stack of its own
 * (SDM 3A sections 6.15 and 7.3).
 *
 * Invariant: the usual task is loaded again, and its descriptor busy, when a check ends.
 */
#include "micro.h"
#include "paging.h"

static char task_stack[8192] __attribute__((aligned(4096)));
static struct tss task;
static struct jump task_over;
static word task_error, task_flags, task_register;

/* Runs as the task; the error code is the only word on its stack. */
void double_fault_task(word error);
void double_fault_task(word error)
{
	uint32_t selector;

	task_error = error;
	task_flags = read_flags();
	__asm__ volatile("str %0; clts" : "=r"(selector));
	task_register = selector;
	write_flags(2); /* NT would make the next iret another task switch */
	gdt[TSS_SELECTOR / 8] &= ~(2ull << 40);
	__asm__ volatile("ltr %w0" : : "r"(TSS_SELECTOR));
	jump_to(&task_over);
}
extern const char double_fault_entry[];
__asm__(".pushsection .text; double_fault_entry: popl %eax; call double_fault_task; ud2\n"
	".popsection");

static void prepare_task(void)
{
	memset(&task, 0, sizeof(task));
	task.ip = (word)double_fault_entry;
	task.cs = KERNEL_CS;
	task.ds = task.es = task.ss = KERNEL_DS;
	task.fs = KERNEL_FS;
	task.sp = (word)task_stack + sizeof(task_stack);
	task.flags = 2;
	task.cr3 = read_cr3();
	task.bitmap_base = offsetof(struct tss, bitmap);
	gdt[DOUBLE_TSS / 8] = descriptor((word)&task, sizeof(task) - 1, SEGMENT_TSS);
	gate_set_task(TRAP_DF, DOUBLE_TSS);
	task_register = 0;
}

static void expect_task(void)
{
	gate_reset(TRAP_DF);
	gate_reset(TRAP_PF);
	expect_is(task_register, DOUBLE_TSS);
	expect_is(task_error, 0);
	expect_is(task_flags & FLAG_IF, 0);
	expect_is(task.link & 0xffff, TSS_SELECTOR);
	expect_is(tss.cs & 0xffff, KERNEL_CS);
	expect_is((word)(gdt[TSS_SELECTOR / 8] >> 40 & 0xf), 11);
}

CHECK(double_fault_task_gate)
{
	prepare_task();
	idt[TRAP_PF] = (struct gate){0};
	if (!jump_set(&task_over))
		__asm__ volatile("movl $0xabcdef, %%ebx; movl %0, %%eax"
				 :
				 : "m"(*(word *)(TEST_AREA + 0x5000))
				 : "eax", "ebx", "memory");
	expect_task();
	expect_is(tss.bx, 0xabcdef);
}

/* The flag by which an iret would go back to the task before (SDM 3A section 7.4). */
CHECK(double_fault_task_is_nested)
{
	prepare_task();
	idt[TRAP_PF] = (struct gate){0};
	if (!jump_set(&task_over))
		read_word(TEST_AREA + 0x5000);
	expect_task();
	expect(task_flags & FLAG_NT);
}

/* A stack that is not mapped: the page fault cannot be pushed. */
CHECK(double_fault_by_stack)
{
	extern const char push_on_nothing[];

	prepare_task();
	if (!jump_set(&task_over))
		((void (*)(void *))(word)push_on_nothing)((void *)(TEST_AREA + 0x8000));
	expect_task();
	expect_is(tss.sp, TEST_AREA + 0x8000);
	expect_is(tss.ip, (word)push_on_nothing + 2);
}
__asm__(".pushsection .text; push_on_nothing: movl %eax, %esp; pushl $1; ud2; .popsection");

/* And one that is mapped, but only to be read. */
CHECK(double_fault_by_read_only_stack)
{
	extern const char push_on_nothing[];

	map(TEST_AREA + 0x9000, physical(page_new()), 0);
	prepare_task();
	if (!jump_set(&task_over))
		((void (*)(void *))(word)push_on_nothing)((void *)(TEST_AREA + 0xa000));
	expect_task();
	expect_is(tss.sp, TEST_AREA + 0xa000);
}
