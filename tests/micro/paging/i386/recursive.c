/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recursive.c - the top-level table as a table of itself: all tables appear at one place.
 *
 * Invariant: the slot is empty again when the check ends.
 */
#include "micro.h"
#include "paging.h"

CHECK(recursive_table)
{
	word at = SLOT(8), *slot = entry_of(physical(boot_root), at, TOP_LEVEL);
	word user = *entry_of(physical(boot_root), USER_DATA, TOP_LEVEL), page = *leaf(USER_DATA);
	word seen_table, seen_page;

	*slot = physical(boot_root) | PTE_P | PTE_W;
	seen_table = read_word(at + table_index(at, 2) * PAGE + table_index(USER_DATA, 2) * WORD);
	seen_page = read_word(at + (USER_DATA / PAGE) * WORD);
	*slot = 0;
	write_cr3(read_cr3());
	expect_is(seen_table & ~(PTE_A | PTE_D), user & ~(PTE_A | PTE_D));
	expect_is(seen_page & ~(PTE_A | PTE_D), page & ~(PTE_A | PTE_D));
}
