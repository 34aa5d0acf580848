/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blocks.c - large pages (2 or 4 MiB): used, split, and put together again.
 *
 * Invariant: the memory behind a block is the same through every mapping of it.
 */
#include "micro.h"
#include "paging.h"

static void map_block(word va, void *block, word flags)
{
	*entry_of(root_now(), va, 2) = physical(block) | flags | PTE_P | PTE_PS;
}

static void load(void *at)
{
	(void)*(volatile word *)at;
}

static void store(void *at)
{
	*(volatile word *)at = 0x2222;
}

static void use_and_split(word va, word flags)
{
	word *block = block_new(), *table = page_new();
	struct fault f;

	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		block[i * (PAGE / WORD)] = i;
	map_block(va, block, flags | PTE_W);
	for (unsigned int i = 0; i < TABLE_ENTRIES; i += 3)
		expect_is(read_word(va + i * PAGE), i);
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		table[i] = (physical(block) + i * PAGE) | flags | PTE_W | PTE_P;
	table[5] = 0;
	table[6] &= ~PTE_W;
	*entry_of(root_now(), va, 2) = physical(table) | flags | PTE_W | PTE_P;
	invlpg(va);
	invlpg(va + 5 * PAGE);
	invlpg(va + 6 * PAGE);
	expect_is(read_word(va + 4 * PAGE), 4);
	f = attempt(load, (void *)(va + 5 * PAGE));
	expect_page_fault(f, va + 5 * PAGE, 0);
	f = attempt(store, (void *)(va + 6 * PAGE));
	expect_page_fault(f, va + 6 * PAGE, PF_PRESENT | PF_WRITE);
	map_block(va, block, flags | PTE_W);
	write_cr4(read_cr4() & ~CR4_PGE);
	write_cr4(read_cr4() | CR4_PGE);
	expect_is(read_word(va + 5 * PAGE), 5);
	f = attempt(store, (void *)(va + 6 * PAGE));
	expect(!f.hit);
	expect_is(block[6 * (PAGE / WORD)], 0x2222);
}

CHECK(kernel_block)
{
	use_and_split(AREA(1), 0);
}

CHECK(low_supervisor_block)
{
	use_and_split(LOW_AREA(2), 0);
}

CHECK(user_block)
{
	use_and_split(LOW_AREA(3), PTE_U);
}

CHECK(user_code_uses_block)
{
	extern const char user_store[], user_load[];
	word va = LOW_AREA(4), *block = block_new();
	struct regs regs = user_regs(user_store);

	map_block(va, block, PTE_U | PTE_W);
	regs.di = va + 77 * PAGE;
	regs.si = 0x3333;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(block[77 * (PAGE / WORD)], 0x3333);
	*entry_of(root_now(), va, 2) &= ~PTE_W;
	invlpg(va);
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	regs = user_regs(user_store);
	regs.di = va + 77 * PAGE;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_PF);
	expect_is(regs.error, PF_USER | PF_WRITE | PF_PRESENT);
	regs = user_regs(user_load);
	regs.di = va + 77 * PAGE;
	user_run(&regs, BY_IRET);
	expect_is(regs.ax, 0x3333);
}

/* invlpg of any address in the block does for all of it. */
CHECK(invlpg_in_block)
{
	word va = AREA(5), *block = block_new();
	struct fault f;

	map_block(va, block, PTE_W);
	write_word(va + 100 * PAGE, 1);
	*entry_of(root_now(), va, 2) = 0;
	invlpg(va + 100 * PAGE);
	f = attempt(load, (void *)(va + 100 * PAGE));
	expect_page_fault(f, va + 100 * PAGE, 0);
}

CHECK(block_is_dirty_and_accessed)
{
	word va = LOW_AREA(6), *entry;

	map_block(va, block_new(), PTE_U | PTE_W);
	entry = entry_of(root_now(), va, 2);
	read_word(va);
	expect(*entry & PTE_A);
	expect(!(*entry & PTE_D));
	write_word(va, 1);
	expect(*entry & PTE_D);
}
