/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control.c - control and debug registers, and single translations.
 *
 * Invariant: every register has its old value afterwards.
 */
#include "measure.h"
#include "paging.h"

SITE(mov_from_cr0, "mov-from-cr0", "", "", "mov %%cr0, " A)
SITE(mov_from_cr3, "mov-from-cr3", "", "", "mov %%cr3, " A)
SITE(mov_to_cr0, "mov-to-cr0", "mov %%cr0, " A, "", "mov " A ", %%cr0")
SITE(mov_to_cr4, "mov-to-cr4", "mov %%cr4, " A, "", "mov " A ", %%cr4")
SITE(clts, "clts", "", "", "clts")
SITE(mov_from_dr, "mov-from-dr", "", "", "mov %%db7, " A)
SITE(mov_to_dr, "mov-to-dr", "mov %%db7, " A, "", "mov " A ", %%db7")

/* The same address space again: a flush of what is not global. */
SITE(mov_cr3, "mov-cr3", "mov %%cr3, " A, "", "mov " A ", %%cr3")

/* Two address spaces in turn, with nothing but the kernel's half in both. */
LOOPS(mov_cr3_switch, "mov (" S "), " A "\n\tmov %%cr3, " D, "xchg " A ", " D, "mov " A ", %%cr3")

CHECK(site_mov_cr3_switch)
{
	word before = read_cr3();

	loop_data[0] = root_new();
	measure(&(struct site){.name = "mov-cr3-switch", LOOPS_OF(mov_cr3_switch), .per = 1});
	write_cr3(before);
}

/* One page, whose entry nobody has changed. */
LOOPS(invlpg, "mov (" S "), " D, "", "invlpg (" D ")")

CHECK(site_invlpg)
{
	loop_data[0] = AREA(0);
	map(AREA(0), physical(page_new()), PTE_W | PTE_G);
	(void)read8(AREA(0));
	measure(&(struct site){.name = "invlpg", LOOPS_OF(invlpg), .per = 1});
}

/* One page that is writable and read-only in turn. */
LOOPS(invlpg_changed, "mov (" S "), " D "\n\tmov 8(" S "), " B, "xorl $2, (" B ")",
      "invlpg (" D ")")

CHECK(site_invlpg_changed)
{
	map(AREA(1), physical(page_new()), PTE_W | PTE_G);
	(void)read8(AREA(1));
	loop_data[0] = AREA(1);
	loop_data[8 / WORD] = (word)leaf(AREA(1));
	measure(&(struct site){.name = "invlpg-changed", LOOPS_OF(invlpg_changed), .per = 1});
}
