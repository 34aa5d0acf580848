/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - syscall and sysret (SDM 2B).
 *
 * Invariant: LSTAR, SFMASK and EFER are as traps_init() left them when a check ends.
 */
#include "micro.h"

extern const char user_syscall[], user_call_twice[], user_syscall_behind[], user_nothing[];
extern const char user_call_often[];

static void fill(struct regs *regs)
{
	word *r = (word *)regs;

	for (unsigned int i = 0; i < 15; i++)
		r[i] = 0x0123456789abcdeful * (i + 3);
}

/* All registers but the two that the instruction itself needs. */
static void expect_same(const struct regs *a, const struct regs *b)
{
	const word *x = (const word *)a, *y = (const word *)b;

	for (unsigned int i = 0; i < 15; i++) {
		if (&x[i] != &a->cx && &x[i] != &a->r11)
			expect_is(x[i], y[i]);
	}
	expect_is(a->sp, b->sp);
}

CHECK(syscall_registers)
{
	struct regs before = user_regs(user_syscall), after;

	fill(&before);
	before.sp = USER_STACK - 0x123;
	before.flags = 2 | FLAG_IF | FLAG_CF | FLAG_OF;
	after = before;
	user_run(&after, BY_IRET);
	expect_is(after.vector, VECTOR_SYSCALL);
	expect_same(&after, &before);
	expect_is(after.cx, (word)user_syscall + 2);
	expect_is(after.r11 & ~0x10000ul, before.flags);
}

CHECK(sysret_registers)
{
	struct regs before = user_regs(user_nothing), after;

	fill(&before);
	before.sp = USER_STACK - 0x123;
	before.flags = 2 | FLAG_IF | FLAG_CF | FLAG_OF;
	after = before;
	user_run(&after, BY_SYSTEM_CALL);
	expect_is(after.vector, TRAP_UD);
	expect_same(&after, &before);
	expect_is(after.ip, (word)user_nothing);
	expect_is(after.cx, (word)user_nothing);
	expect_is(after.flags & ~0x10000ul, before.flags);
	expect_is(after.r11 & ~0x10000ul, before.flags);
	expect_is(after.cs, USER_CS);
	expect_is(after.ss, USER_DS);
}

CHECK(syscall_and_sysret_with_direction_flag)
{
	struct regs regs = user_regs(user_syscall);

	regs.flags |= FLAG_DF;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, VECTOR_SYSCALL);
	expect(regs.flags & FLAG_DF);
	user_run(&regs, BY_SYSTEM_CALL);
	expect_is(regs.vector, TRAP_UD);
	expect(regs.flags & FLAG_DF);
}

CHECK(syscall_again_after_each_return)
{
	for (unsigned int way = 0; way < 2; way++) {
		struct regs regs = user_regs(user_call_twice);

		user_run(&regs, BY_IRET);
		expect_is(regs.vector, VECTOR_SYSCALL);
		expect_is(regs.ip, (word)user_syscall_behind);
		user_run(&regs, way ? BY_SYSTEM_CALL : BY_IRET);
		expect_is(regs.vector, VECTOR_SYSCALL);
		expect_is(regs.ip, (word)user_syscall_behind + 2);
	}
}

static word calls;

static bool count_call(struct regs *regs)
{
	(void)regs;
	calls++;
	return true;
}

CHECK(syscall_many)
{
	struct regs regs = user_regs(user_call_often);

	calls = 0;
	trap_hooks[VECTOR_SYSCALL] = count_call;
	regs.bx = 5000;
	user_run(&regs, BY_SYSTEM_CALL);
	expect_is(regs.vector, TRAP_UD);
	expect_is(calls, 5000);
}

/* Takes flags and selectors of the entry, on the kernel's stack, then goes on as usual. */
extern const char flag_probe[];
extern word probed_flags, probed_cs, probed_ss;
__asm__(".pushsection .text; flag_probe: swapgs; movq %rsp, %gs:8; movq %gs:0, %rsp\n"
	"pushfq; popq probed_flags; pushq %rax; movl %cs, %eax; movq %rax, probed_cs\n"
	"movl %ss, %eax; movq %rax, probed_ss; popq %rax\n"
	"movq %gs:8, %rsp; swapgs; jmp syscall_entry; .popsection\n"
	".pushsection .data; .balign 8; probed_flags: .quad 0; probed_cs: .quad 0\n"
	"probed_ss: .quad 0; .popsection");

static word entry_flags(word user_flags, word mask)
{
	struct regs regs = user_regs(user_syscall);
	word usual = rdmsr(MSR_SFMASK);

	wrmsr(MSR_LSTAR, (word)flag_probe);
	wrmsr(MSR_SFMASK, mask);
	regs.flags = user_flags;
	user_run(&regs, BY_IRET);
	wrmsr(MSR_LSTAR, (word)syscall_entry);
	wrmsr(MSR_SFMASK, usual);
	expect_is(regs.vector, VECTOR_SYSCALL);
	return probed_flags;
}

/* An exception of user code has loaded null into SS; a system call loads what STAR says. */
CHECK(syscall_loads_selectors)
{
	struct regs regs = user_regs(user_nothing);

	user_run(&regs, BY_IRET);
	entry_flags(2 | FLAG_IF, FLAG_IF);
	expect_is(probed_cs, rdmsr(MSR_STAR) >> 32 & 0xfffc);
	expect_is(probed_ss, (rdmsr(MSR_STAR) >> 32 & 0xfffc) + 8);
	/* With DF left alone, an entry has to be looked at more closely. */
	user_run(&regs, BY_IRET);
	entry_flags(2 | FLAG_IF, FLAG_DF);
	expect_is(probed_cs, rdmsr(MSR_STAR) >> 32 & 0xfffc);
	expect_is(probed_ss, (rdmsr(MSR_STAR) >> 32 & 0xfffc) + 8);
}

CHECK(syscall_masks_flags)
{
	word mask = FLAG_TF | FLAG_IF | FLAG_DF | FLAG_IOPL | FLAG_NT | FLAG_AC;

	expect_is(entry_flags(2 | FLAG_IF | FLAG_DF, mask) & (mask | 2), 2);
}

/* What SFMASK does not name stays as the user had it. */
CHECK(syscall_keeps_unmasked_flags)
{
	expect_is(entry_flags(2 | FLAG_IF | FLAG_ID, FLAG_IF) & (FLAG_ID | FLAG_IF), FLAG_ID);
}

/* As some kernels do, with interrupts left on. */
CHECK(syscall_keeps_interrupts_on)
{
	expect(entry_flags(2 | FLAG_IF, FLAG_DF) & FLAG_IF);
}

CHECK(syscall_disabled)
{
	struct regs regs = user_regs(user_syscall);
	word efer = rdmsr(MSR_EFER);

	wrmsr(MSR_EFER, efer & ~1ul);
	expect_is(rdmsr(MSR_EFER) & 1, 0);
	user_run(&regs, BY_IRET);
	wrmsr(MSR_EFER, efer);
	expect_is(regs.vector, TRAP_UD);
	expect_is(regs.ip, (word)user_syscall);
}
