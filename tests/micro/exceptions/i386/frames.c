/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.c - the two forms of an i386 exception frame: three words for a trap of kernel code, five
 * on the stack of the TSS for one of user code (SDM 3A section 6.12.1); and iret's faults.
 *
 * Invariant: the usual gates are in place when a check ends.
 */
#include "micro.h"

extern const char frame_probe[], user_int_probe[], user_int_probe_end[], user_nothing[];

/* By frame_probe: the stack pointer at its first instruction, and six words there. */
word probe_sp, probe_words[6];
__asm__(".pushsection .text; .globl frame_probe; frame_probe:\n\t"
	"movl %esp, probe_sp; pushl %eax\n\t"
	"movl 4(%esp), %eax; movl %eax, probe_words; movl 8(%esp), %eax; movl %eax, "
	"probe_words+4\n\t"
	"movl 12(%esp), %eax; movl %eax, probe_words+8; movl 16(%esp), %eax\n\t"
	"movl %eax, probe_words+12; movl 20(%esp), %eax; movl %eax, probe_words+16\n\t"
	"movl %ss, %eax; movl %eax, probe_words+20; popl %eax; iret\n\t"
	".popsection");

enum { PROBE_VECTOR = 0x70 };

static void probe_gate(void)
{
	word at = (word)frame_probe;

	idt[PROBE_VECTOR].low = (at & 0xffff) | (word)KERNEL_CS << 16;
	idt[PROBE_VECTOR].high = (at & 0xffff0000) | 0xee00;
}

CHECK(kernel_frame_has_three_words)
{
	word behind, sp;

	probe_gate();
	__asm__ volatile("movl $1f, %0; movl %%esp, %1; pushl $0x5a5a; int $0x70; 1: addl $4, %%esp"
			 : "=&r"(behind), "=&r"(sp)
			 :
			 : "memory", "cc");
	gate_reset(PROBE_VECTOR);
	expect_is(probe_sp, sp - 16);
	expect(probe_words[0] <= behind && probe_words[0] > behind - 16);
	expect_is(probe_words[1] & 0xffff, KERNEL_CS);
	expect_is(probe_words[2] & (FLAG_IF | 2), 2);
	expect_is(probe_words[3], 0x5a5a);
	expect_is(probe_words[5] & 0xffff, KERNEL_DS);
}

CHECK(user_frame_has_five_words)
{
	struct regs regs = user_regs(user_int_probe);

	probe_gate();
	regs.sp = USER_STACK - 0x124;
	regs.flags |= FLAG_CF;
	user_run(&regs, BY_IRET);
	gate_reset(PROBE_VECTOR);
	expect_is(regs.vector, TRAP_END);
	expect_is(probe_sp, tss.sp0 - 20);
	expect_is(probe_words[0], (word)user_int_probe_end);
	expect_is(probe_words[1] & 0xffff, USER_CS);
	expect_is(probe_words[2] & (FLAG_IF | FLAG_CF | 2), FLAG_IF | FLAG_CF | 2);
	expect_is(probe_words[3], USER_STACK - 0x124);
	expect_is(probe_words[4] & 0xffff, USER_DS);
	expect_is(probe_words[5] & 0xffff, KERNEL_DS);
}

/* The frame may lie anywhere, on any alignment. */
CHECK(kernel_frame_is_not_aligned)
{
	word sp;

	probe_gate();
	__asm__ volatile("subl $129, %%esp; movl %%esp, %0; int $0x70; addl $129, %%esp"
			 : "=&r"(sp)
			 :
			 : "memory", "cc");
	gate_reset(PROBE_VECTOR);
	expect_is(probe_sp, sp - 12);
}

static void run(void *regs)
{
	user_run(regs, BY_IRET);
}

/* The kernel's own pops, before the iret, load what user code had. */
CHECK(return_with_bad_data_selectors)
{
	struct regs regs = user_regs(user_nothing);
	struct fault f;

	regs.gs = 0x7fb;
	f = attempt(run, &regs);
	expect_fault(f, TRAP_GP, 0x7f8);
	expect_is(f.regs.cs, KERNEL_CS);
	regs.gs = 0;
	regs.ds = NO_SELECTOR | 3;
	f = attempt(run, &regs);
	expect_fault(f, TRAP_GP, NO_SELECTOR);
	regs.ds = USER_DS;
	regs.es = NOT_PRESENT;
	f = attempt(run, &regs);
	expect_fault(f, TRAP_NP, NOT_PRESENT);
}

/* Selectors of the kernel in user code: iret makes them null instead (SDM 2A, IRET). */
CHECK(return_clears_kernel_selectors)
{
	extern const char user_read_data_selectors[];
	struct regs regs = user_regs(user_read_data_selectors);

	regs.ds = KERNEL_DS;
	regs.fs = KERNEL_FS;
	regs.gs = 0;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ax, 0);
	expect(regs.bx);
	expect_is(regs.cx, 0);
	expect_is(regs.dx, 0);
	expect_is(regs.ds & 0xffff, 0);
	expect_is(regs.es & 0xffff, USER_DS);
	expect_is(regs.fs & 0xffff, 0);
}

CHECK(return_to_kernel_selectors)
{
	struct regs regs = user_regs(user_nothing);
	struct fault f;

	regs.cs = KERNEL_DS | 3;
	f = attempt(run, &regs);
	expect_fault(f, TRAP_GP, KERNEL_DS);
	regs.cs = USER_CS;
	regs.ss = KERNEL_DS | 3;
	f = attempt(run, &regs);
	expect_fault(f, TRAP_GP, KERNEL_DS);
	regs.ss = 0;
	f = attempt(run, &regs);
	expect_fault(f, TRAP_GP, 0);
}
