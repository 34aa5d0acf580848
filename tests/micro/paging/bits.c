/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bits.c - accessed and dirty bits (SDM 3A section 4.8).
 *
 * Invariant: a bit that software has cleared is set again by the next access after a flush.
 */
#include "micro.h"
#include "paging.h"

extern const char user_load[], user_store[];

static void user_access(const char *code, word va)
{
	struct regs regs = user_regs(code);

	regs.di = va;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
}

CHECK(accessed_and_dirty_of_user_page)
{
	word va = USER_DATA + 0x800000, *entry;

	map(va, physical(page_new()), PTE_U | PTE_W);
	entry = leaf(va);
	expect_is(*entry & (PTE_A | PTE_D), 0);
	user_access(user_load, va);
	expect_is(*entry & (PTE_A | PTE_D), PTE_A);
	user_access(user_store, va);
	expect_is(*entry & (PTE_A | PTE_D), PTE_A | PTE_D);
	*entry &= ~(PTE_A | PTE_D);
	invlpg(va);
	user_access(user_load, va);
	expect_is(*entry & (PTE_A | PTE_D), PTE_A);
	user_access(user_store, va);
	expect_is(*entry & (PTE_A | PTE_D), PTE_A | PTE_D);
}

/* A kernel that copies to a user page dirties it, too. */
CHECK(dirty_by_kernel_write_to_user_page)
{
	word va = USER_DATA + 0x801000;

	map(va, physical(page_new()), PTE_U | PTE_W);
	read_word(va);
	expect_is(*leaf(va) & (PTE_A | PTE_D), PTE_A);
	write_word(va, 1);
	expect_is(*leaf(va) & (PTE_A | PTE_D), PTE_A | PTE_D);
}

CHECK(accessed_of_tables)
{
	word va = LOW_AREA(30);

	map(va, physical(page_new()), PTE_U | PTE_W);
	for (unsigned int level = 2; level <= AREA_LEVELS; level++)
		expect_is(*entry_of(root_now(), va, level) & PTE_A, 0);
	user_access(user_load, va);
	for (unsigned int level = 2; level <= AREA_LEVELS; level++)
		expect(*entry_of(root_now(), va, level) & PTE_A);
}

CHECK(accessed_and_dirty_of_kernel_page)
{
	word va = AREA(31);

	map(va, physical(page_new()), PTE_W);
	read_word(va);
	expect_is(*leaf(va) & (PTE_A | PTE_D), PTE_A);
	write_word(va, 1);
	expect_is(*leaf(va) & (PTE_A | PTE_D), PTE_A | PTE_D);
}

/* Nothing that was not touched may look as if it had been. */
CHECK(neighbours_stay_clean)
{
	word va = USER_DATA + 0x900000;

	for (unsigned int i = 0; i < 16; i++)
		map(va + i * PAGE, physical(page_new()), PTE_U | PTE_W);
	user_access(user_store, va + 8 * PAGE);
	for (unsigned int i = 0; i < 16; i++)
		expect_is(*leaf(va + i * PAGE) & PTE_D, i == 8 ? PTE_D : 0);
}

/* Fork: pages become read-only, the write faults, the kernel decides. */
CHECK(copy_on_write)
{
	word va = USER_DATA + 0xa00000, *shared = page_new(), *copy = page_new();
	struct regs regs = user_regs(user_store);

	*shared = 7;
	map(va, physical(shared), PTE_U | PTE_W);
	user_access(user_store, va);
	*leaf(va) &= ~PTE_W;
	write_cr3(read_cr3());
	regs.di = va;
	regs.si = 8;
	expect_is(user_run(&regs, BY_IRET), va);
	expect_is(regs.vector, TRAP_PF);
	expect_is(regs.error, PF_USER | PF_WRITE | PF_PRESENT);
	*copy = *shared;
	map(va, physical(copy), PTE_U | PTE_W);
	invlpg(va);
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(*copy, 8);
	expect_is(*shared, 0);
}
