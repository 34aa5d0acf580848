/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steps.c - single steps that begin in odd places: user code that sets TF itself, steps around a
 * system call, popf in the kernel (SDM 3B section 17.3.1.4).
 *
 * Invariant: DR6 has its fixed value when a check ends.
 */
#include "micro.h"

#define DR6_STEP  0x4000ul
#define DR6_FIXED 0xffff0ff0ul

extern const char user_sets_tf[], user_sets_tf_end[], user_tf_call[], user_tf_call_end[];
extern const char user_icebp[], user_icebp_end[];

CHECK(user_sets_trap_flag)
{
	struct regs regs = user_regs(user_sets_tf);

	write_dr6(DR6_FIXED);
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_DB);
	expect_is(regs.ip, (word)user_sets_tf_end);
	expect(regs.flags & FLAG_TF);
	expect(read_dr6() & DR6_STEP);
	write_dr6(DR6_FIXED);
}

static word handler_flags;

static bool answer(struct regs *regs)
{
	handler_flags = read_flags();
	regs->ax = 0x4711;
	return true;
}

/* The handler runs at full speed; the next stop is behind the instruction after the call. */
CHECK(user_steps_around_system_call)
{
	struct regs regs = user_regs(user_tf_call);

	write_dr6(DR6_FIXED);
	trap_hooks[VECTOR_SYSCALL] = answer;
	regs.flags |= FLAG_TF;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_DB);
	expect_is(regs.ip, (word)user_tf_call + 1);
	user_run(&regs, BY_IRET);
	write_dr6(DR6_FIXED);
	expect_is(regs.vector, TRAP_DB);
	expect_is(regs.ip, (word)user_tf_call_end);
	expect_is(regs.ax, 0x4711);
	expect_is(handler_flags & FLAG_TF, 0);
}

CHECK(user_debug_opcode)
{
	struct regs regs = user_regs(user_icebp);

	user_run(&regs, BY_IRET);
	if (regs.vector == TRAP_UD && on_emulator())
		skip("this QEMU does not know int1");
	expect_is(regs.vector, TRAP_DB);
	if (regs.ip == (word)user_icebp)
		skip("the host's own hypervisor leaves the address at int1");
	expect_is(regs.ip, (word)user_icebp_end);
	expect(!(regs.flags & FLAG_TF));
	write_dr6(DR6_FIXED);
}

static word stepped_at;

static bool stop(struct regs *regs)
{
	stepped_at = regs->ip;
	regs->flags &= ~FLAG_TF;
	return true;
}

/* Behind one more instruction, which may be the pad of popf, or what is left of it. */
CHECK(popf_begins_steps)
{
	word behind;

	stepped_at = 0;
	trap_hooks[TRAP_DB] = stop;
	__asm__ volatile("pushf; orl $0x100, (%%esp); popf; nop; 1: nop; movl $1b, %0"
			 : "=r"(behind)
			 :
			 : "memory", "cc");
	write_dr6(DR6_FIXED);
	if (stepped_at > behind || stepped_at < behind - 8)
		fail("stopped at %lx, expected %lx or in the pad before it", stepped_at, behind);
	expect_is(read_flags() & FLAG_TF, 0);
}
