/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug.c - single steps and debug registers (SDM 3B chapter 17), as debuggers use them.
 *
 * Invariant: DR7 is clear when a check ends.
 */
#include "micro.h"

#define DR6_STEP       0x4000ul
#define DR6_FIXED      0xffff0ff0ul
#define DR7_FIXED      0x400ul
#define DR7_LOCAL0     0x1ul
#define DR7_LOCAL1     0x4ul
#define DR7_WRITE8_AT1 (0x9ul << 20)

extern const char user_steps[], user_steps_end[];
extern const char user_watch[], user_watch_end[], user_nothing[];

CHECK(debug_registers_read_back)
{
	write_dr0(0x1234567);
	write_dr1(0x7654321);
	expect_is(read_dr0(), 0x1234567);
	expect_is(read_dr1(), 0x7654321);
	write_dr0(0);
	write_dr1(0);
	write_dr7(DR7_FIXED);
	expect_is(read_dr7(), DR7_FIXED);
	write_dr6(DR6_FIXED);
	expect_is(read_dr6(), DR6_FIXED);
}

CHECK(user_single_step)
{
	struct regs regs = user_regs(user_steps);
	word at = (word)user_steps;

	write_dr6(DR6_FIXED);
	regs.flags |= FLAG_TF;
	for (unsigned int i = 0; i < 3; i++) {
		user_run(&regs, BY_IRET);
		expect_is(regs.vector, TRAP_DB);
		expect(regs.ip > at && regs.ip <= (word)user_steps_end);
		expect(regs.flags & FLAG_TF);
		expect(read_dr6() & DR6_STEP);
		at = regs.ip;
	}
	expect_is(at, (word)user_steps_end);
	write_dr6(DR6_FIXED);
}

CHECK(user_step_ends)
{
	struct regs regs = user_regs(user_steps);

	regs.flags |= FLAG_TF;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_DB);
	regs.flags &= ~FLAG_TF;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ip, (word)user_steps_end);
	write_dr6(DR6_FIXED);
}

CHECK(user_breakpoint_register)
{
	struct regs regs = user_regs(user_steps);

	write_dr6(DR6_FIXED);
	write_dr0((word)user_steps + 1);
	write_dr7(DR7_FIXED | DR7_LOCAL0);
	user_run(&regs, BY_IRET);
	write_dr7(DR7_FIXED);
	expect_is(regs.vector, TRAP_DB);
	expect_is(regs.ip, (word)user_steps + 1);
	expect(read_dr6() & 1);
	write_dr6(DR6_FIXED);
}

CHECK(user_watchpoint)
{
	struct regs regs = user_regs(user_watch);

	write_dr6(DR6_FIXED);
	write_dr1(USER_DATA + 64);
	write_dr7(DR7_FIXED | DR7_LOCAL1 | DR7_WRITE8_AT1);
	regs.di = USER_DATA + 64;
	user_run(&regs, BY_IRET);
	write_dr7(DR7_FIXED);
	expect_is(regs.vector, TRAP_DB);
	expect_is(regs.ip, (word)user_watch_end);
	expect(read_dr6() & 2);
	write_dr6(DR6_FIXED);
}

static word stepped_at;

static bool step_once(struct regs *regs)
{
	stepped_at = regs->ip;
	regs->flags &= ~FLAG_TF;
	return true;
}

static bool start_step(struct regs *regs)
{
	regs->flags |= FLAG_TF;
	return true;
}

CHECK(kernel_single_step)
{
	word behind;

	write_dr6(DR6_FIXED);
	trap_hooks[TRAP_BP] = start_step;
	trap_hooks[TRAP_DB] = step_once;
	__asm__ volatile("mov $1f, %0; int3; nop; 1: nop; nop" : "=&r"(behind) : : "memory");
	expect_is(stepped_at, behind);
	expect(read_dr6() & DR6_STEP);
	write_dr6(DR6_FIXED);
}

/* Where single steps stopped; the last one ends them. */
static word steps[32];
static unsigned int step_count;
extern const char step_path[], step_path_end[];

static bool step_on(struct regs *regs)
{
	if (step_count < 32)
		steps[step_count++] = regs->ip;
	if (regs->ip == (word)step_path_end || step_count == 32)
		regs->flags &= ~FLAG_TF;
	return true;
}

/* Sensitive instructions count as one step each, and no step stops in what they were replaced by.
 */
CHECK(kernel_steps_over_sites)
{
	step_count = 0;
	write_dr6(DR6_FIXED);
	trap_hooks[TRAP_BP] = start_step;
	trap_hooks[TRAP_DB] = step_on;
	((void (*)(void))(word)step_path)();
	write_dr6(DR6_FIXED);
	for (unsigned int i = 0; i < step_count; i++) {
		if (steps[i] < (word)step_path || steps[i] > (word)step_path_end)
			fail("step %u stopped at %lx", i, steps[i]);
		if (i)
			expect(steps[i] > steps[i - 1]);
	}
	expect(step_count >= 8);
	expect_is(steps[step_count - 1], (word)step_path_end);
}
__asm__(".pushsection .text; step_path: int3; nop; cli; nop; mov %cr0, %" REG_AX "\n\t"
	"mov %" REG_AX ", %cr0; inb $0x80, %al; nop; cld; nop; step_path_end: ret; .popsection");
