/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.c - stacks and frames of exceptions: alignment, IST, nesting, and iretq (SDM 3A sections
 * 6.12 to 6.14).
 *
 * Invariant: all other checks rely on what is checked here.
 */
#include "micro.h"

extern const char user_nothing[];

static struct regs seen;
static uint64_t frame_at;

static bool keep_frame(struct regs *regs)
{
	seen = *regs;
	frame_at = (uint64_t)regs;
	return true;
}

static uint16_t stack_selector(void)
{
	uint16_t value;

	__asm__ volatile("movw %%ss, %0" : "=m"(value));
	return value;
}

CHECK(kernel_frame)
{
	uint64_t behind, rsp;

	__asm__ volatile("movl %0, %%ss" : : "r"(KERNEL_DS));
	expect_is(stack_selector(), KERNEL_DS);
	trap_hooks[TRAP_BP] = keep_frame;
	__asm__ volatile("leaq 1f(%%rip), %0; movq %%rsp, %1; int3; 1:"
			 : "=&r"(behind), "=&r"(rsp)
			 :
			 : "memory");
	expect_is(seen.rip, behind);
	expect_is(seen.rsp, rsp);
	expect_is(seen.cs, KERNEL_CS);
	expect_is(seen.ss, KERNEL_DS);
}

/* The processor aligns the frame, not the stack pointer that it saves. */
CHECK(kernel_frame_is_aligned)
{
	uint64_t rsp;

	trap_hooks[TRAP_BP] = keep_frame;
	__asm__ volatile("subq $128, %%rsp; movq %%rsp, %0; int3; addq $128, %%rsp"
			 : "=&r"(rsp)
			 :
			 : "memory");
	expect_is(seen.rsp, rsp);
	expect_is(frame_at % 16, 0);
	__asm__ volatile("subq $136, %%rsp; movq %%rsp, %0; int3; addq $136, %%rsp"
			 : "=&r"(rsp)
			 :
			 : "memory");
	expect_is(seen.rsp, rsp);
	expect_is(frame_at % 16, 0);
	__asm__ volatile("subq $131, %%rsp; movq %%rsp, %0; int3; addq $131, %%rsp"
			 : "=&r"(rsp)
			 :
			 : "memory");
	expect_is(seen.rsp, rsp);
	expect_is(frame_at % 16, 0);
}

/* All that lies above the stack pointer is the kernel's own. */
CHECK(kernel_stack_above_is_untouched)
{
	uint64_t wrong = 0;

	trap_hooks[TRAP_BP] = keep_frame;
	__asm__ volatile("pushq $0x1234; pushq $0x5678; int3; popq %%rax; xorq $0x5678, %%rax\n\t"
			 "orq %%rax, %0; popq %%rax; xorq $0x1234, %%rax; orq %%rax, %0"
			 : "+r"(wrong)
			 :
			 : "rax", "memory", "cc");
	expect_is(wrong, 0);
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
	uint64_t top = (uint64_t)ist_stack + sizeof(ist_stack), rsp;

	tss.ist[2] = top;
	gate_set(TRAP_BP, trap_stubs + TRAP_BP * 16, GATE_INTERRUPT, 3, 3);
	trap_hooks[TRAP_BP] = keep_frame;
	__asm__ volatile("movq %%rsp, %0; int3" : "=r"(rsp) : : "memory");
	gate_reset(TRAP_BP);
	expect_is(seen.rsp, rsp);
	expect_is(frame_at, top - sizeof(struct regs));
}

CHECK(ist_stack_is_used_from_user)
{
	extern const char user_int3[];
	struct regs regs = user_regs(user_int3);

	tss.ist[0] = (uint64_t)ist_stack + 4096;
	gate_set(TRAP_BP, trap_stubs + TRAP_BP * 16, GATE_INTERRUPT, 3, 1);
	trap_hooks[TRAP_BP] = keep_frame;
	user_run(&regs, BY_IRET);
	gate_reset(TRAP_BP);
	expect_is(regs.vector, TRAP_UD);
	expect_is(seen.cs, USER_CS);
	expect_is(frame_at, (uint64_t)ist_stack + 4096 - sizeof(struct regs));
}

CHECK(user_trap_uses_rsp0)
{
	extern const char user_int3[];
	struct regs regs = user_regs(user_int3);
	uint64_t before = tss.rsp0;

	tss.rsp0 = (uint64_t)ist_stack + 8192;
	trap_hooks[TRAP_BP] = keep_frame;
	user_run(&regs, BY_IRET);
	tss.rsp0 = before;
	expect_is(frame_at, (uint64_t)ist_stack + 8192 - sizeof(struct regs));
}

static unsigned int depth;

static bool fault_again(struct regs *regs)
{
	regs->rip += 2;
	if (++depth < 20)
		__asm__ volatile("ud2");
	depth--;
	return true;
}

CHECK(exceptions_nest)
{
	depth = 0;
	trap_hooks[TRAP_UD] = fault_again;
	__asm__ volatile("ud2");
	expect_is(depth, 0);
}

static bool change_everything(struct regs *regs)
{
	regs->rax = 1;
	regs->r15 = 2;
	regs->rflags |= FLAG_CF | FLAG_DF;
	regs->rip += 3; /* over the xor */
	return true;
}

CHECK(iret_loads_what_the_frame_says)
{
	uint64_t rax, r15, flags;

	trap_hooks[TRAP_BP] = change_everything;
	__asm__ volatile("movl $7, %%eax; movl $8, %%r15d; clc; int3; xorq %%rax, %%rax\n\t"
			 "pushfq; popq %2; cld; movq %%r15, %1"
			 : "=&a"(rax), "=&r"(r15), "=&r"(flags)
			 :
			 : "r15", "memory", "cc");
	expect_is(rax, 1);
	expect_is(r15, 2);
	expect(flags & FLAG_DF);
	expect(flags & FLAG_CF);
}

/* To another stack, inside the kernel. */
CHECK(iret_switches_stack)
{
	uint64_t on_other, top = (uint64_t)ist_stack + 4096;

	__asm__ volatile("movq %%rsp, %%rbx; pushq %3; pushq %2; pushq $2; pushq %4\n\t"
			 "leaq 1f(%%rip), %%rax; pushq %%rax; iretq\n\t"
			 "1: movq %%rsp, %0; movq %%rbx, %%rsp"
			 : "=&r"(on_other)
			 : "r"(0ul), "r"(top), "i"(KERNEL_DS), "i"(KERNEL_CS)
			 : "rax", "rbx", "memory", "cc");
	expect_is(on_other, top);
}

/* A return to user code with an impossible selector faults in the kernel, at the iretq. */
static void iret_to(void *argument)
{
	user_run(argument, BY_IRET);
}

CHECK(iret_to_bad_cs)
{
	struct regs regs = user_regs(user_nothing);
	struct fault f;

	regs.cs = 0x3b;
	f = attempt(iret_to, &regs);
	expect(f.hit || regs.vector != TRAP_UD);
	expect_fault(f, TRAP_GP, 0x38);
	expect_is(f.regs.cs, KERNEL_CS);
}

CHECK(iret_to_bad_ss)
{
	struct regs regs = user_regs(user_nothing);
	struct fault f;

	regs.ss = 0x3b;
	f = attempt(iret_to, &regs);
	expect_fault(f, TRAP_GP, 0x38);
	expect_is(f.regs.cs, KERNEL_CS);
}

/* A handler that cannot be entered is a double fault, on its own stack (SDM 3A table 6-5). */
CHECK(double_fault)
{
	struct fault f;

	tss.ist[0] = (uint64_t)ist_stack + 8192;
	gate_set(TRAP_DF, trap_stubs + TRAP_DF * 16, GATE_INTERRUPT, 0, 1);
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

	tss.ist[0] = (uint64_t)ist_stack + 8192;
	gate_set(TRAP_DF, trap_stubs + TRAP_DF * 16, GATE_INTERRUPT, 0, 1);
	f = attempt((void (*)(void *))(uint64_t)push_on_nothing, (void *)(TEST_AREA + 0x8000));
	gate_reset(TRAP_DF);
	expect_fault(f, TRAP_DF, 0);
	expect_is(f.regs.rsp, TEST_AREA + 0x8000);
}
__asm__(".pushsection .text; push_on_nothing: movq %rdi, %rsp; pushq $1; ud2; .popsection");
