/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stacks.c - stacks on pages that have only just been mapped: the first access to them is a push,
 * or an exception's frame.
 *
 * Invariant: no access but the stack's own touches the page before.
 */
#include "interrupts.h"
#include "micro.h"
#include "paging.h"

/* Switches to the stack `top`, pushes, takes a breakpoint, and comes back. */
static void use_stack(word top)
{
	__asm__ volatile("mov %%" REG_SP ", %%" REG_BX "; mov %0, %%" REG_SP "; push $0x1234\n\t"
			 "int3; pop %%" REG_AX "\n\t"
			 "mov %%" REG_BX ", %%" REG_SP
			 :
			 : "r"(top)
			 : REG_AX, REG_BX, "memory", "cc");
}

static bool go_on(struct regs *regs)
{
	(void)regs;
	return true;
}

/* A neighbour in the same table has been used. */
CHECK(stack_beside_used_page)
{
	word va = SLOT(1);

	trap_hooks[TRAP_BP] = go_on;
	map(va + 8 * PAGE, physical(page_new()), PTE_W);
	write_word(va + 8 * PAGE, 1);
	for (unsigned int i = 0; i < 4; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	use_stack(va + 4 * PAGE);
	expect_is(read_word(va + 4 * PAGE - WORD), 0x1234);
}

/* Nothing of the table has been used. */
CHECK(stack_in_new_table)
{
	word va = SLOT(2);

	trap_hooks[TRAP_BP] = go_on;
	for (unsigned int i = 0; i < 4; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	use_stack(va + 4 * PAGE);
	expect_is(read_word(va + 4 * PAGE - WORD), 0x1234);
}

/* The first thing on a new stack is the frame of an exception. */
CHECK(frame_on_new_stack)
{
	word va = SLOT(3);

	trap_hooks[TRAP_BP] = go_on;
	for (unsigned int i = 0; i < 4; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	__asm__ volatile("mov %%" REG_SP ", %%" REG_BX "; mov %0, %%" REG_SP "; int3\n\t"
			 "mov %%" REG_BX ", %%" REG_SP
			 :
			 : "r"(va + 4 * PAGE)
			 : REG_BX, "memory", "cc");
}

/* Grows down over several pages, through rewritten instructions and exceptions. */
CHECK(deep_stack)
{
	word va = SLOT(4);

	trap_hooks[TRAP_BP] = go_on;
	for (unsigned int i = 0; i < 16; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	for (unsigned int i = 16; i; i--)
		use_stack(va + i * PAGE);
	for (unsigned int i = 16; i; i--)
		expect_is(read_word(va + i * PAGE - WORD), 0x1234);
}

/* RSP0 on a page that nothing has touched. */
CHECK(user_trap_on_new_stack)
{
	extern const char user_nothing[];
	word va = SLOT(5), usual = tss.sp0;
	struct regs regs = user_regs(user_nothing);

	for (unsigned int i = 0; i < 4; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	tss.sp0 = va + 4 * PAGE;
	user_run(&regs, BY_IRET);
	tss.sp0 = usual;
	expect_is(regs.vector, TRAP_END);
}

/* The stack is in one space's kernel half first, then in another's that is loaded on it. */
CHECK(stack_across_spaces)
{
	word va = SLOT(6), before = read_cr3(), other;

	trap_hooks[TRAP_BP] = go_on;
	for (unsigned int i = 0; i < 4; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	other = root_new();
	__asm__ volatile("mov %%" REG_SP ", %%" REG_BX "; mov %0, %%" REG_SP "; push $1; int3\n\t"
			 "mov %1, %%cr3; push $2; int3; mov %2, %%cr3; int3\n\t"
			 "mov %%" REG_BX ", %%" REG_SP
			 :
			 : "r"(va + 4 * PAGE), "r"(other), "r"(before)
			 : REG_BX, "memory", "cc");
	expect_is(read_word(va + 4 * PAGE - 2 * WORD), 2);
}

/* Ticks while the stack moves from page to page. */
CHECK(interrupts_on_new_stacks)
{
	word va = SLOT(7);

	timer_count_ticks();
	trap_hooks[TRAP_BP] = go_on;
	timer_start(2, 2000);
	for (unsigned int i = 0; i < 100; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	sti();
	for (unsigned int round = 0; round < 20 || (round < 100000 && timer_ticks < 5); round++) {
		for (unsigned int i = 1; i <= 100; i++)
			use_stack(va + i * PAGE);
	}
	cli();
	timer_stop();
	expect(timer_ticks >= 5);
}
