/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_tables.c - the first upper tables of a 64-bit wedge (boot.h): all of it hangs below the last
 * entry of the top-level table.
 *
 * Invariant: the code runs before it has moved to where it is linked (boot.c).
 */
#include "../boot.h"

uintptr_t boot_initial_base(void)
{
	return 0;
}

uint64_t boot_upper_count(uint64_t physmap_l1s)
{
	return (physmap_l1s + ENTRIES - 1) / ENTRIES + 3; /* the last L2, the L3, the L4 */
}

void boot_build_middle(void)
{
	uint64_t tables = xen.heap_next - xen.physmap_l1;

	xen.physmap_l2 = xen.heap_next;
	for (uint64_t n = 0; n < tables; n += ENTRIES) {
		uint64_t *l2 = boot_window(WINDOW_L2);

		boot_open_table(WINDOW_L2);
		for (uint64_t i = 0; i < ENTRIES && n + i < tables; i++)
			l2[i] = xen_machine(xen.physmap_l1 + n + i) | BOOT_TABLE;
	}
}

void boot_build_top(void)
{
	uint64_t *l2 = boot_window(WINDOW_L2), *l3 = boot_window(WINDOW_L3);
	uint64_t *l4 = boot_window(WINDOW_L4);
	const uint64_t *initial_l4 = (const uint64_t *)xen.start_info->pt_base;
	uint64_t last_l2, l3_page;

	last_l2 = boot_open_table(WINDOW_L2);
	l2[ENTRIES - 1] = xen_machine(xen.wedge_l1) | BOOT_TABLE;
	l3_page = boot_open_table(WINDOW_L3);
	for (uint64_t i = 0; xen.physmap_l2 + i < xen.wedge_l1; i++)
		l3[i] = xen_machine(xen.physmap_l2 + i) | BOOT_TABLE | X86_PTE_NX;
	l3[ENTRIES - 1] = xen_machine(last_l2) | BOOT_TABLE;
	xen.boot_table = boot_open_table(WINDOW_L4);
	l4[XEN_TOP_SLOT] = xen_machine(l3_page) | BOOT_TABLE;
	/* This code needs the low mapping until it has jumped to where it is linked. */
	l4[0] = initial_l4[0];
}
