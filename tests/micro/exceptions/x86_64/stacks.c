/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stacks.c - what is x86-64's own about the stacks of exceptions: alignment, the null SS, IST, and
 * iretq that always loads a stack (SDM 3A section 6.14).
 *
 * Invariant: the selectors and gates are the usual ones when a check ends.
 */
#include "micro.h"

extern const char user_nothing[], user_int3[];

static struct regs seen;
static word frame_at;

static bool keep_frame(struct regs *regs)
{
	seen = *regs;
	frame_at = (word)regs;
	return true;
}

static uint16_t stack_selector(void)
{
	uint16_t value;

	__asm__ volatile("movw %%ss, %0" : "=m"(value));
	return value;
}

/* The processor aligns the frame, not the stack pointer that it saves. */
CHECK(kernel_frame_is_aligned)
{
	word rsp;

	trap_hooks[TRAP_BP] = keep_frame;
	__asm__ volatile("subq $128, %%rsp; movq %%rsp, %0; int3; addq $128, %%rsp"
			 : "=&r"(rsp)
			 :
			 : "memory");
	expect_is(seen.sp, rsp);
	expect_is(frame_at % 16, 0);
	__asm__ volatile("subq $136, %%rsp; movq %%rsp, %0; int3; addq $136, %%rsp"
			 : "=&r"(rsp)
			 :
			 : "memory");
	expect_is(seen.sp, rsp);
	expect_is(frame_at % 16, 0);
	__asm__ volatile("subq $131, %%rsp; movq %%rsp, %0; int3; addq $131, %%rsp"
			 : "=&r"(rsp)
			 :
			 : "memory");
	expect_is(seen.sp, rsp);
	expect_is(frame_at % 16, 0);
}

static uint16_t handler_ss;

static bool keep_selector(struct regs *regs)
{
	(void)regs;
	handler_ss = stack_selector();
	return true;
}

/* Coming from user mode SS becomes null; from the kernel it stays (SDM 3A 6.14.2). */
CHECK(handler_stack_selector)
{
	struct regs regs = user_regs(user_nothing);

	__asm__ volatile("movl %0, %%ss" : : "r"(KERNEL_DS));
	trap_hooks[TRAP_BP] = keep_selector;
	__asm__ volatile("int3");
	expect_is(handler_ss, KERNEL_DS);
	expect_is(stack_selector(), KERNEL_DS);
	user_run(&regs, BY_IRET);
	expect_is(stack_selector(), 0);
	__asm__ volatile("movl %0, %%ss" : : "r"(KERNEL_DS));
}

static char ist_stack[8192] __attribute__((aligned(4096)));

CHECK(ist_stack_is_used)
{
	word top = (word)ist_stack + sizeof(ist_stack), rsp;

	tss.ist[2] = top;
	gate_set_stack(TRAP_BP, 3);
	trap_hooks[TRAP_BP] = keep_frame;
	__asm__ volatile("movq %%rsp, %0; int3" : "=r"(rsp) : : "memory");
	gate_reset(TRAP_BP);
	expect_is(seen.sp, rsp);
	expect_is(frame_at, top - sizeof(struct regs));
}

CHECK(ist_stack_is_used_from_user)
{
	struct regs regs = user_regs(user_int3);

	tss.ist[0] = (word)ist_stack + 4096;
	gate_set_stack(TRAP_BP, 1);
	trap_hooks[TRAP_BP] = keep_frame;
	user_run(&regs, BY_IRET);
	gate_reset(TRAP_BP);
	expect_is(regs.vector, TRAP_UD);
	expect_is(seen.cs, USER_CS);
	expect_is(frame_at, (word)ist_stack + 4096 - sizeof(struct regs));
}

/* To another stack, inside the kernel. */
CHECK(iret_switches_stack)
{
	word on_other, top = (word)ist_stack + 4096;

	__asm__ volatile("movq %%rsp, %%rbx; pushq %3; pushq %2; pushq $2; pushq %4\n\t"
			 "leaq 1f(%%rip), %%rax; pushq %%rax; iretq\n\t"
			 "1: movq %%rsp, %0; movq %%rbx, %%rsp"
			 : "=&r"(on_other)
			 : "r"(0ul), "r"(top), "i"(KERNEL_DS), "i"(KERNEL_CS)
			 : "rax", "rbx", "memory", "cc");
	expect_is(on_other, top);
}

static void breakpoint(void *argument)
{
	(void)argument;
	__asm__ volatile("int3; nop");
}

/* A breakpoint is benign: the page fault of its stack is delivered by itself, on the usual one. */
CHECK(page_fault_by_ist_stack)
{
	struct fault f;

	tss.ist[0] = TEST_AREA + 0x8800;
	gate_set_stack(TRAP_BP, 1);
	f = attempt(breakpoint, NULL);
	gate_reset(TRAP_BP);
	expect_page_fault(f, TEST_AREA + 0x87f8, PF_WRITE);
}

/* A handler that cannot be entered is a double fault, on its own stack (SDM 3A table 6-5). */
CHECK(double_fault)
{
	struct fault f;

	tss.ist[0] = (word)ist_stack + 8192;
	gate_set_stack(TRAP_DF, 1);
	idt[TRAP_PF] = (struct gate){0};
	f = attempt((void (*)(void *))(TEST_AREA + 0x5000), NULL);
	gate_reset(TRAP_PF);
	gate_reset(TRAP_DF);
	expect_fault(f, TRAP_DF, 0);
}

/* A stack that is not mapped, in the kernel: the page fault cannot be pushed. */
CHECK(double_fault_by_stack)
{
	struct fault f;
	extern const char push_on_nothing[];

	tss.ist[0] = (word)ist_stack + 8192;
	gate_set_stack(TRAP_DF, 1);
	f = attempt((void (*)(void *))(word)push_on_nothing, (void *)(TEST_AREA + 0x8000));
	gate_reset(TRAP_DF);
	expect_fault(f, TRAP_DF, 0);
	expect_is(f.regs.sp, TEST_AREA + 0x8000);
}
__asm__(".pushsection .text; push_on_nothing: movq %rdi, %rsp; pushq $1; ud2; .popsection");
