/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_width.c - Xen's rules for the tables of a 64-bit domain, and such a domain's tables; see
 * fake_width.h.
 *
 * Invariant: the domain has less than 1 GiB, so one table holds all of the physmap's.
 */
#include "../fake_width.h"

#include "../fake_guest.h"
#include "../fake_memory.h"

enum { READ_ONLY = X86_PTE_P | X86_PTE_A | X86_PTE_D, TABLE = READ_ONLY | X86_PTE_W };

enum { XEN_SLOTS_FIRST = 256, XEN_SLOTS_END = 272 }; /* of a top-level table, Xen's own */

/*
 * Xen lets its guest kernel, which runs in ring 3, reach everything; an entry of the last level
 * that had no U it marks as the kernel's, the others as global.
 */
uint64_t fake_adjusted(unsigned int level, uint64_t e)
{
	if (!(e & X86_PTE_P))
		return e;
	if (level == 1 && !(e & X86_PTE_U))
		e |= FAKE_GUEST_KERNEL;
	if (level == 1 && !(e & FAKE_GUEST_KERNEL))
		e |= X86_PTE_G;
	return e | X86_PTE_U;
}

const char *fake_kept_entry(unsigned int level, uint64_t page, unsigned int index)
{
	(void)page;
	return level == 4 && index >= XEN_SLOTS_FIRST && index < XEN_SLOTS_END
		       ? "an update of Xen's own part of the address space"
		       : NULL;
}

/* A 64-bit wedge sees all memory at fixed addresses. */
int fake_physmap_slot(uint64_t table, unsigned int index)
{
	(void)table;
	(void)index;
	return -1;
}

const char *fake_bad_table(unsigned int level, const volatile uint64_t *entries)
{
	(void)level;
	(void)entries;
	return NULL;
}

void fake_build_upper(uint64_t *(*take)(uint64_t *page), uint64_t count)
{
	uint64_t *l1, *l2, *l3, *l4, l2_page, l3_page;

	l2 = take(&xen.physmap_l2);
	for (uint64_t i = 0; i < count; i++)
		l2[i] = xen_machine(xen.physmap_l1 + i) | TABLE;
	l1 = take(&xen.wedge_l1);
	l1[0] = xen_machine(FAKE_WEDGE_PAGE) | READ_ONLY;
	l2 = take(&l2_page);
	l2[ENTRIES - 1] = xen_machine(xen.wedge_l1) | TABLE;
	l3 = take(&l3_page);
	l3[0] = xen_machine(xen.physmap_l2) | TABLE | X86_PTE_NX;
	l3[ENTRIES - 1] = xen_machine(l2_page) | TABLE;
	l4 = take(&xen.boot_table);
	l4[XEN_TOP_SLOT] = xen_machine(l3_page) | TABLE;
}

uint64_t fake_top_frame(bool user)
{
	return user ? fake_xen.user : fake_xen.kernel;
}

/* As Linux does in pgd_alloc: a table for entry 0 that has the kernel's entry. */
static void share_image(uint64_t *root, const uint64_t *first)
{
	uint64_t table = guest_table();
	uint64_t *entries = guest_page(table), *of_first = guest_page(first[0] & X86_PTE_ADDRESS);

	entries[xen.layout.image] = of_first[xen.layout.image];
	root[0] = table | X86_PTE_P | X86_PTE_W | X86_PTE_U | X86_PTE_A;
}

void fake_share_kernel(uint64_t root, uint64_t first)
{
	uint64_t *to = guest_page(root), *from = guest_page(first);

	for (unsigned int i = xen.layout.first; i < ENTRIES; i++)
		to[i] = from[i];
	if (xen.layout.image)
		share_image(to, from);
}

void fake_link_kernel(uint64_t va)
{
	xen.layout = layout_of(va, va + 4 * PAGE);
}
