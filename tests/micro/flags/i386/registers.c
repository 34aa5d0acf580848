/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - interrupts and the registers of the code that they interrupt, i386.
 *
 * Invariant: the code under test holds a pattern in every register that it can spare.
 */
#include "interrupts.h"
#include "micro.h"

/* Registers and flags of the interrupted code, all of them, while ticks rain. */
CHECK(interrupts_keep_registers)
{
	word wrong = 0;

	timer_count_ticks();
	timer_start(2, 1200);
	sti();
	for (unsigned int round = 0; round < 300000000 && timer_ticks < 200; round++) {
		__asm__ volatile("mov %1, %%eax; mov %%eax, %%edx; mov %%eax, %%ebx\n\t"
				 "movl $50, %%ecx; 1: decl %%ecx; jnz 1b\n\t"
				 "xorl %1, %%eax; xorl %1, %%edx; xorl %1, %%ebx\n\t"
				 "orl %%eax, %0; orl %%edx, %0; orl %%ebx, %0; orl %%ecx, %0"
				 : "+r"(wrong)
				 : "r"((word)round * 0x9e3779b9)
				 : "eax", "ebx", "ecx", "edx", "cc");
	}
	cli();
	timer_stop();
	expect_is(wrong, 0);
	if (timer_ticks < 200)
		fail("only %lu ticks", timer_ticks);
}
