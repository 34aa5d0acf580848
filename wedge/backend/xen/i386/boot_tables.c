/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_tables.c - the first upper tables of a 32-bit wedge (boot.h): the root with its four tables,
 * in the last of which are the wedge and the physmap. Xen adds its own entries there.
 *
 * Invariant: the wedge's image has the same addresses in Xen's initial tables and in these, so the
 * code goes on when they are loaded; so does a stack in the image.
 */
#include <wedge/log.h>
#include "../boot.h"
#include "physmap.h"

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

/* The wedge's table, and behind it those of the physmap's that are mapped first. */
static void fill_last(uint64_t *l2, uint64_t page)
{
	if (!physmap_choose(PHYSMAP_SLOTS, memory_builder_end(), PHYSMAP_SLIDING))
		wedge_fatal("kernel and ramdisk are too large for a domain of more than %lu MiB",
			    xen_mib(XEN_PHYSMAP_PAGES_MAX));
	physmap_fill(l2, page);
}

void boot_build_top(void)
{
	uint64_t *root = boot_window(WINDOW_L3);

	xen.boot_table = boot_open_table(WINDOW_L3);
	for (unsigned int n = 0; n < PARTS; n++) {
		uint64_t page = boot_open_table(WINDOW_L2);

		if (n == PARTS - 1)
			fill_last(boot_window(WINDOW_L2), page);
		if (n >= PARTS - KERNEL_PARTS)
			xen.kernel_l2[n - (PARTS - KERNEL_PARTS)] = page;
		/* PAE has no rights in a root (SDM 3A section 4.4.1). */
		root[n] = xen_machine(page) | X86_PTE_P;
	}
}
