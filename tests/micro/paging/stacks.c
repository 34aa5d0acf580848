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
static void use_stack(uint64_t top)
{
	__asm__ volatile("movq %%rsp, %%rbx; movq %0, %%rsp; pushq $0x1234; int3; popq %%rax\n\t"
			 "movq %%rbx, %%rsp"
			 :
			 : "r"(top)
			 : "rax", "rbx", "memory", "cc");
}

static bool go_on(struct regs *regs)
{
	(void)regs;
	return true;
}

/* A neighbour in the same table has been used. */
CHECK(stack_beside_used_page)
{
	uint64_t va = TEST_AREA + 0x9000000000;

	trap_hooks[TRAP_BP] = go_on;
	map(va + 8 * PAGE, physical(page_new()), PTE_W);
	write64(va + 8 * PAGE, 1);
	for (unsigned int i = 0; i < 4; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	use_stack(va + 4 * PAGE);
	expect_is(read64(va + 4 * PAGE - 8), 0x1234);
}

/* Nothing of the table has been used. */
CHECK(stack_in_new_table)
{
	uint64_t va = TEST_AREA + 0x9040000000;

	trap_hooks[TRAP_BP] = go_on;
	for (unsigned int i = 0; i < 4; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	use_stack(va + 4 * PAGE);
	expect_is(read64(va + 4 * PAGE - 8), 0x1234);
}

/* The first thing on a new stack is the frame of an exception. */
CHECK(frame_on_new_stack)
{
	uint64_t va = TEST_AREA + 0x9080000000;

	trap_hooks[TRAP_BP] = go_on;
	for (unsigned int i = 0; i < 4; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	__asm__ volatile("movq %%rsp, %%rbx; movq %0, %%rsp; int3; movq %%rbx, %%rsp"
			 :
			 : "r"(va + 4 * PAGE)
			 : "rbx", "memory", "cc");
}

/* Grows down over several pages, through rewritten instructions and exceptions. */
CHECK(deep_stack)
{
	uint64_t va = TEST_AREA + 0x90c0000000;

	trap_hooks[TRAP_BP] = go_on;
	for (unsigned int i = 0; i < 16; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	for (unsigned int i = 16; i; i--)
		use_stack(va + i * PAGE);
	for (unsigned int i = 16; i; i--)
		expect_is(read64(va + i * PAGE - 8), 0x1234);
}

/* RSP0 on a page that nothing has touched. */
CHECK(user_trap_on_new_stack)
{
	extern const char user_nothing[];
	uint64_t va = TEST_AREA + 0x9100000000, usual = tss.rsp0;
	struct regs regs = user_regs(user_nothing);

	for (unsigned int i = 0; i < 4; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	tss.rsp0 = va + 4 * PAGE;
	user_run(&regs, BY_IRET);
	tss.rsp0 = usual;
	expect_is(regs.vector, TRAP_UD);
}

/* The stack is in one space's kernel half first, then in another's that is loaded on it. */
CHECK(stack_across_spaces)
{
	uint64_t va = TEST_AREA + 0x9140000000, before = read_cr3(), other;

	trap_hooks[TRAP_BP] = go_on;
	for (unsigned int i = 0; i < 4; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	other = root_new();
	__asm__ volatile("movq %%rsp, %%rbx; movq %0, %%rsp; pushq $1; int3; movq %1, %%cr3\n\t"
			 "pushq $2; int3; movq %2, %%cr3; int3; movq %%rbx, %%rsp"
			 :
			 : "r"(va + 4 * PAGE), "r"(other), "r"(before)
			 : "rbx", "memory", "cc");
	expect_is(read64(va + 4 * PAGE - 16), 2);
}

/* Ticks while the stack moves from page to page. */
CHECK(interrupts_on_new_stacks)
{
	uint64_t va = TEST_AREA + 0x9180000000;

	timer_count_ticks();
	trap_hooks[TRAP_BP] = go_on;
	timer_start(2, 2000);
	for (unsigned int i = 0; i < 100; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
	sti();
	for (unsigned int round = 0; round < 20; round++) {
		for (unsigned int i = 1; i <= 100; i++)
			use_stack(va + i * PAGE);
	}
	cli();
	timer_stop();
	expect(timer_ticks > 0);
}
