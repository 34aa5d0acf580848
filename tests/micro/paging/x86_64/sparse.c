/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sparse.c - a few pages at very many addresses, far from each other: one table is hooked in at all
 * places of a table, which is hooked in at all places of the next, and that in several slots.
 *
 * Invariant: the slots are empty again when a check ends.
 */
#include "micro.h"
#include "paging.h"

extern const char user_store[];

enum { SLOTS = 16, PLACES = 4000 };

#define FIRST_SLOT 0x100000000000
#define SLOT_SIZE  0x8000000000

static word *pages[2];

static word hook_in(void)
{
	word *table = page_new();

	for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
		if (i < 2)
			pages[i] = page_new();
		table[i] = physical(pages[i & 1]) | PTE_P | PTE_W | PTE_U;
	}
	for (unsigned int level = 2; level < TOP_LEVEL; level++) {
		word below = physical(table);

		table = page_new();
		for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
			table[i] = below | PTE_P | PTE_W | PTE_U;
	}
	return physical(table) | PTE_P | PTE_W | PTE_U;
}

/* Any of 2^35 addresses, the same ones in every run. */
static word place(word n)
{
	return FIRST_SLOT + (n * 0x9e3779b97f4a7c15 >> 13) % (SLOTS * SLOT_SIZE / PAGE) * PAGE;
}

static void slots_set(word entry)
{
	for (unsigned int i = 0; i < SLOTS; i++)
		*entry_of(physical(boot_root), FIRST_SLOT + i * SLOT_SIZE, TOP_LEVEL) = entry;
	write_cr3(physical(boot_root));
}

CHECK(kernel_uses_sparse_pages)
{
	slots_set(hook_in());
	for (unsigned int i = 0; i < PLACES; i++)
		write_word(place(i), read_word(place(i)) + 1);
	slots_set(0);
	expect_is(*pages[0] + *pages[1], PLACES);
	expect(*pages[0] && *pages[1]);
}

CHECK(user_uses_sparse_pages)
{
	slots_set(hook_in());
	for (unsigned int i = 0; i < PLACES; i++) {
		struct regs regs = user_regs(user_store);
		const word *page = pages[place(i) / PAGE & 1];

		regs.di = place(i);
		regs.si = i;
		user_run(&regs, BY_SYSTEM_CALL);
		expect_is(regs.vector, TRAP_UD);
		expect_is(*page, i);
	}
	slots_set(0);
}
