/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.c - stacks and frames of exceptions: nesting, and iret (SDM 3A sections 6.12 to 6.14).
 *
 * Invariant: all other checks rely on what is checked here.
 */
#include "micro.h"

extern const char user_nothing[];

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

CHECK(kernel_frame)
{
	word behind, sp;

	__asm__ volatile("movl %0, %%ss" : : "r"(KERNEL_DS));
	expect_is(stack_selector(), KERNEL_DS);
	trap_hooks[TRAP_BP] = keep_frame;
	__asm__ volatile("mov $1f, %0; mov %%" REG_SP ", %1; int3; 1:"
			 : "=&r"(behind), "=&r"(sp)
			 :
			 : "memory");
	expect_is(seen.ip, behind);
	expect_is(seen.sp, sp);
	expect_is(seen.cs, KERNEL_CS);
	expect_is(seen.ss, KERNEL_DS);
}

/* All that lies above the stack pointer is the kernel's own. */
CHECK(kernel_stack_above_is_untouched)
{
	word wrong = 0, got;

	trap_hooks[TRAP_BP] = keep_frame;
	__asm__ volatile("push $0x1234; push $0x5678; int3; pop %1; xor $0x5678, %1\n\t"
			 "or %1, %0; pop %1; xor $0x1234, %1; or %1, %0"
			 : "+r"(wrong), "=&r"(got)
			 :
			 : "memory", "cc");
	expect_is(wrong, 0);
}

static char other_stack[8192] __attribute__((aligned(4096)));

CHECK(user_trap_uses_sp0)
{
	extern const char user_int3[];
	struct regs regs = user_regs(user_int3);
	word before = tss.sp0;

	tss.sp0 = (word)other_stack + 8192;
	trap_hooks[TRAP_BP] = keep_frame;
	user_run(&regs, BY_IRET);
	tss.sp0 = before;
	expect_is(frame_at, (word)other_stack + 8192 - sizeof(struct regs));
}

static unsigned int depth;

static bool fault_again(struct regs *regs)
{
	regs->ip += 2;
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
	regs->ax = 1;
	regs->bp = 2;
	regs->flags |= FLAG_CF | FLAG_DF;
	regs->ip += 2; /* over the xor */
	return true;
}

CHECK(iret_loads_what_the_frame_says)
{
	word ax, bp, flags;

	trap_hooks[TRAP_BP] = change_everything;
	__asm__ volatile("push %%" REG_BP "; movl $7, %%eax; movl $8, %%ebp; clc; int3\n\t"
			 "xorl %%eax, %%eax; pushf; pop %2; cld; mov %%" REG_BP ", %1\n\t"
			 "pop %%" REG_BP
			 : "=&a"(ax), "=&r"(bp), "=&r"(flags)
			 :
			 : "memory", "cc");
	expect_is(ax, 1);
	expect_is(bp, 2);
	expect(flags & FLAG_DF);
	expect(flags & FLAG_CF);
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

	regs.cs = NO_SELECTOR | 3;
	f = attempt(iret_to, &regs);
	expect(f.hit || regs.vector != TRAP_END);
	expect_fault(f, TRAP_GP, NO_SELECTOR);
	expect_is(f.regs.cs, KERNEL_CS);
}

CHECK(iret_to_bad_ss)
{
	struct regs regs = user_regs(user_nothing);
	struct fault f;

	regs.ss = NO_SELECTOR | 3;
	f = attempt(iret_to, &regs);
	expect_fault(f, TRAP_GP, NO_SELECTOR);
	expect_is(f.regs.cs, KERNEL_CS);
}
