/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - interrupts and the registers of the code that they interrupt, x86-64.
 *
 * Invariant: the code under test holds a pattern in every register that it can spare.
 */
#include "interrupts.h"
#include "micro.h"

/* Registers and flags of the interrupted code, all of them, while ticks rain. */
CHECK(interrupts_keep_registers)
{
	word wrong = 0, ended = 0;

	timer_count_ticks();
	timer_start(2, 1200);
	sti();
	for (unsigned int round = 0; round < 300000000 && timer_ticks < 200; round++) {
		__asm__ volatile(
			"movq %2, %%r8; movq %%r8, %%r9; movq %%r8, %%r10; movq %%r8, %%r11\n\t"
			"movq %%r8, %%r12; movq %%r8, %%rax; movq %%r8, %%rbx\n\t"
			"movl $50, %%ecx; 1: decl %%ecx; jnz 1b\n\t"
			"xorq %%r8, %%r9; xorq %%r8, %%r10; xorq %%r8, %%r11\n\t"
			"xorq %%r8, %%r12; xorq %%r8, %%rax; xorq %%r8, %%rbx\n\t"
			"orq %%r9, %0; orq %%r10, %0; orq %%r11, %0; orq %%r12, %0\n\t"
			"orq %%rax, %0; orq %%rbx, %0; orq %%rcx, %0"
			: "+r"(wrong), "+r"(ended)
			: "r"((word)round * 0x9e3779b97f4a7c15)
			: "rax", "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "cc");
	}
	cli();
	timer_stop();
	expect_is(wrong, 0);
	if (timer_ticks < 200)
		fail("only %lu ticks", timer_ticks);
}
