/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_tables.c - the first upper tables of a 32-bit wedge (boot.h): the root with its four tables,
 * in the last of which are the wedge and the physmap. Xen adds its own entries there.
 *
 * Invariant: the wedge's image has the same addresses in Xen's initial tables and in these, so the
 * code goes on when they are loaded; so does a stack in the image.
 */
#include "../boot.h"
#include "../shadow.h"

extern struct afterburn_wedge_header wedge_header;

enum { PARTS = TABLES_DIRECTORY_PARTS, KERNEL_PARTS = 2 };

/* The note VIRT_BASE makes Xen map the wedge where it is linked (start.S). */
uintptr_t boot_initial_base(void)
{
	return (uintptr_t)&wedge_header - (uintptr_t)wedge_header.load_paddr;
}

uint64_t boot_upper_count(uint64_t physmap_l1s)
{
	(void)physmap_l1s;
	return PARTS + 1;
}

void boot_build_middle(void)
{
}

/* The wedge's table, and the physmap's behind it, into the last part. */
static void fill_last(uint64_t *l2)
{
	l2[TABLES_OWN_FIRST] = xen_machine(xen.wedge_l1) | BOOT_TABLE;
	for (uint64_t i = 0; xen.physmap_l1 + i < xen.wedge_l1; i++)
		l2[TABLES_OWN_FIRST + 1 + i] =
			xen_machine(xen.physmap_l1 + i) | BOOT_TABLE | X86_PTE_NX;
}

void boot_build_top(void)
{
	uint64_t *root = boot_window(WINDOW_L3);

	xen.boot_table = boot_open_table(WINDOW_L3);
	for (unsigned int n = 0; n < PARTS; n++) {
		uint64_t page = boot_open_table(WINDOW_L2);

		if (n == PARTS - 1)
			fill_last(boot_window(WINDOW_L2));
		if (n >= PARTS - KERNEL_PARTS)
			xen.kernel_l2[n - (PARTS - KERNEL_PARTS)] = page;
		/* PAE has no rights in a root (SDM 3A section 4.4.1). */
		root[n] = xen_machine(page) | X86_PTE_P;
	}
}
