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
	word at = RECURSIVE_SLOT, *slot = entry_of(physical(boot_root), at, TOP_LEVEL);
	word self = at | (at >> 9 & 0x7fc0000000) | (at >> 18 & 0x3fe00000) | (at >> 27 & 0x1ff000);
	word own = *entry_of(physical(boot_root), USER_DATA, TOP_LEVEL), seen;

	*slot = physical(boot_root) | PTE_P | PTE_W;
	seen = read_word(self);
	*slot = 0;
	write_cr3(read_cr3());
	expect_is(seen & ~(PTE_A | PTE_D), own & ~(PTE_A | PTE_D));
}
