/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * touched_stacks.c - stacks as kernels make them: mapped as a whole, between pages that are not,
 * and touched by a mov before the first push. Linux touches the lowest word of a task's stack, and
 * the highest of an interrupt's.
 *
 * Invariant: nothing but that one mov touches the stack before, so all its other pages are reached
 * by pushes first.
 */
#include "interrupts.h"
#include "micro.h"
#include "paging.h"

enum {
	STACK_PAGES = 4,
	DEEP_PAGES = 12, /* of a stack for more than 16 KiB */
	FRAME = 256,	 /* at least so much does a frame of descend() take, and less than twice */
	ROUNDS = 1000,
};

/* What one last-level table maps. */
#define SPAN ((word)PAGE << INDEX_BITS)

static bool go_on(struct regs *regs)
{
	(void)regs;
	return true;
}

/*
 * Goes down until a frame is below `low`, and takes a breakpoint there: none before, since a wedge
 * prepares the page below each exception's frame. How many frames there were.
 */
static __attribute__((noinline)) unsigned int descend(word low)
{
	volatile char frame[FRAME];

	frame[0] = 1;
	if ((word)frame < low) {
		__asm__ volatile("int3");
		return 1;
	}
	return descend(low) + (unsigned int)frame[0];
}

static word lowest;
static unsigned int frames;

static __attribute__((no_caller_saved_registers)) void descend_there(void)
{
	frames = descend(lowest);
}

/* Uses a stack from its top into its lowest page. */
static void run_on(word va, unsigned int count)
{
	trap_hooks[TRAP_BP] = go_on;
	lowest = va + PAGE / 2;
	frames = 0;
	__asm__ volatile("mov %%" REG_SP ", %%" REG_BX "; mov %0, %%" REG_SP "; call *%1\n\t"
			 "mov %%" REG_BX ", %%" REG_SP
			 :
			 : "r"(va + count * PAGE), "r"(descend_there)
			 : REG_BX, "memory", "cc");
	expect(frames > (count - 1) * PAGE / (2 * FRAME) && frames < count * PAGE / FRAME);
}

static void map_stack(word va, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		map(va + i * PAGE, physical(page_new()), PTE_W);
}

static void store(void *at)
{
	*(volatile word *)at = 1;
}

static void is_guard(word va)
{
	expect_page_fault(attempt(store, (void *)va), va, PF_WRITE);
}

/* Guard pages stay guard pages, whatever became present beside them. */
static void try_stack(word va, unsigned int count, word touched)
{
	map_stack(va, count);
	write_word(touched, 1);
	run_on(va, count);
	is_guard(va - WORD);
	is_guard(va + count * PAGE);
}

CHECK(stack_touched_at_its_end)
{
	try_stack(AREA(7) + 16 * PAGE, STACK_PAGES, AREA(7) + 16 * PAGE);
}

CHECK(stack_touched_at_its_top)
{
	try_stack(AREA(7) + 32 * PAGE, STACK_PAGES, AREA(7) + 36 * PAGE - WORD);
}

/* One part in a table that nothing of was used before, the touched one in the other. */
CHECK(stack_in_two_tables)
{
	for (unsigned int below = 1; below < STACK_PAGES; below++) {
		word va = AREA(8 + below) + SPAN - below * PAGE;

		try_stack(va, STACK_PAGES, va);
		va = AREA(12 + below) + SPAN - below * PAGE;
		try_stack(va, STACK_PAGES, va + STACK_PAGES * PAGE - WORD);
	}
}

CHECK(deep_stack_in_two_tables)
{
	try_stack(AREA(17) + SPAN - DEEP_PAGES / 2 * PAGE, DEEP_PAGES,
		  AREA(17) + SPAN + DEEP_PAGES / 2 * PAGE - WORD);
}

/* Both tables are in use when the stack is mapped. */
CHECK(stack_between_used_pages)
{
	word va = AREA(18) + SPAN - 2 * PAGE;

	map_stack(va - 8 * PAGE, 1);
	map_stack(va + 8 * PAGE, 1);
	write_word(va - 8 * PAGE, 1);
	write_word(va + 8 * PAGE, 1);
	try_stack(va, STACK_PAGES, va);
}

/* A stack goes where another has been, on the same pages in another order. */
static void round(word va, word *pages, unsigned int turn)
{
	for (unsigned int i = 0; i < STACK_PAGES; i++)
		map(va + i * PAGE, pages[(turn + i) % STACK_PAGES], PTE_W);
	write_word(va, 1);
	run_on(va, STACK_PAGES);
	for (unsigned int i = 0; i < STACK_PAGES; i++) {
		unmap(va + i * PAGE);
		invlpg(va + i * PAGE);
	}
	is_guard(va + turn % STACK_PAGES * PAGE);
}

CHECK(stacks_come_and_go)
{
	word pages[STACK_PAGES];

	for (unsigned int i = 0; i < STACK_PAGES; i++)
		pages[i] = physical(page_new());
	timer_count_ticks();
	timer_start(2, 2000);
	sti();
	for (unsigned int turn = 0; turn < ROUNDS; turn++)
		round(AREA(19) + SPAN + (turn * 7919u % 64 - 32) * PAGE, pages, turn);
	cli();
	timer_stop();
}
