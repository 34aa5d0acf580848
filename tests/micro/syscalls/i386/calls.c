/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - system calls by int 0x80, and the ways back.
 *
 * Invariant: gate 0x80 is as traps_init() left it when a check ends.
 */
#include "micro.h"

extern const char user_syscall[], user_call_twice[], user_syscall_behind[], user_nothing[];
extern const char user_call_often[];

static void fill(struct regs *regs)
{
	word *r = (word *)regs;

	for (unsigned int i = 0; i < GENERAL_REGISTERS; i++)
		r[i] = 0x89abcdef * (i + 3);
	regs->sp = USER_STACK - 0x123;
	regs->flags = 2 | FLAG_IF | FLAG_CF | FLAG_OF;
}

static void expect_same(const struct regs *a, const struct regs *b)
{
	const word *x = (const word *)a, *y = (const word *)b;

	for (unsigned int i = 0; i < GENERAL_REGISTERS; i++)
		expect_is(x[i], y[i]);
	expect_is(a->sp, b->sp);
	expect_is(a->flags & ~0x10000ul, b->flags);
}

CHECK(syscall_registers)
{
	struct regs before = user_regs(user_syscall), after;

	fill(&before);
	after = before;
	user_run(&after, BY_IRET);
	expect_is(after.vector, VECTOR_SYSCALL);
	expect_is(after.error, 0);
	expect_is(after.ip, (word)user_syscall + 2);
	expect_same(&after, &before);
}

CHECK(return_registers)
{
	struct regs before = user_regs(user_nothing), after;

	fill(&before);
	after = before;
	user_run(&after, BY_IRET);
	expect_is(after.vector, TRAP_END);
	expect_same(&after, &before);
	expect_is(after.ip, (word)user_nothing);
}

/* The kernel may change everything that the user's code goes on with. */
CHECK(return_with_other_registers)
{
	struct regs regs = user_regs(user_call_twice), before;

	user_run(&regs, BY_IRET);
	expect_is(regs.vector, VECTOR_SYSCALL);
	fill(&regs);
	before = regs;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, VECTOR_SYSCALL);
	expect_is(regs.ip, (word)user_syscall_behind + 2);
	expect_same(&regs, &before);
}

CHECK(syscall_with_direction_flag)
{
	struct regs regs = user_regs(user_syscall);

	regs.flags |= FLAG_DF;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, VECTOR_SYSCALL);
	expect(regs.flags & FLAG_DF);
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect(regs.flags & FLAG_DF);
}

static word calls;
static bool handler_if;

static bool count_call(struct regs *regs)
{
	handler_if = read_flags() & FLAG_IF;
	regs->ax++;
	calls++;
	return true;
}

CHECK(syscall_many)
{
	struct regs regs = user_regs(user_call_often);

	calls = 0;
	trap_hooks[VECTOR_SYSCALL] = count_call;
	regs.ax = 0;
	regs.bx = 5000;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(calls, 5000);
	expect_is(regs.ax, 5000);
	expect(!handler_if);
}

static word frame_at;

static bool note_frame(struct regs *regs)
{
	frame_at = (word)regs;
	return true;
}

/* The gate is the kernel's alone. */
static void refused_call(void)
{
	struct regs regs = user_regs(user_syscall);

	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_GP);
	expect_is(regs.ip, (word)user_syscall);
}

static word frame_of_call(word calls_before)
{
	struct regs regs = user_regs(user_call_often);

	trap_hooks[VECTOR_SYSCALL] = note_frame;
	regs.bx = calls_before + 1;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	return frame_at;
}

/* Kernels write the stack of the task that is next, or its handler, with plain stores. */
CHECK(syscall_reads_tables_anew)
{
	enum { BELOW = 512 };
	word first = frame_of_call(5);

	tss.sp0 -= BELOW;
	expect_is(frame_of_call(0), first - BELOW);
	tss.sp0 += BELOW;
	expect_is(frame_of_call(0), first);
	gate_set(VECTOR_SYSCALL, GATE_INTERRUPT, 0);
	refused_call();
	gate_reset(VECTOR_SYSCALL);
	expect_is(frame_of_call(0), first);
}

/* As Linux has it: a trap gate leaves interrupts on. */
CHECK(syscall_through_trap_gate)
{
	struct regs regs = user_regs(user_call_often);

	gate_set(VECTOR_SYSCALL, GATE_TRAP, 3);
	trap_hooks[VECTOR_SYSCALL] = count_call;
	regs.bx = 1;
	user_run(&regs, BY_IRET);
	gate_reset(VECTOR_SYSCALL);
	expect_is(regs.vector, TRAP_END);
	expect(handler_if);
}

/* Any vector may be a door. */
CHECK(other_vectors_with_dpl_3)
{
	extern const char user_int_dpl0[];
	struct regs regs = user_regs(user_int_dpl0);

	gate_set(0x77, GATE_INTERRUPT, 3);
	user_run(&regs, BY_IRET);
	gate_reset(0x77);
	expect_is(regs.vector, 0x77);
	expect_is(regs.ip, (word)user_int_dpl0 + 2);
}

CHECK(system_call_of_kernel)
{
	struct fault f;
	extern const char kernel_int80[];

	f = attempt((void (*)(void *))(word)kernel_int80, NULL);
	expect_fault(f, VECTOR_SYSCALL, 0);
	expect_is(f.regs.cs, KERNEL_CS);
}
__asm__(".pushsection .text; kernel_int80: int $0x80; ud2; .popsection");
