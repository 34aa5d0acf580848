/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_width.c - Xen's rules for the tables of a 32-bit domain, and such a domain's tables; see
 * fake_width.h.
 *
 * Invariant: a root has four entries, and what Xen keeps for itself is behind the last.
 */
#include "../fake_width.h"

#include "../fake_guest.h"
#include "../fake_memory.h"

#include <i386/physmap.h>

enum {
	READ_ONLY = X86_PTE_P | X86_PTE_A | X86_PTE_D,
	TABLE = READ_ONLY | X86_PTE_W,
	PARTS = 4,
	OWN_FIRST = (WEDGE_BASE >> 21) % ENTRIES,
	XEN_SLOTS_FIRST = (0xf5800000 >> 21) % ENTRIES, /* of the last part, Xen's own */
	DIRECTORY_ENTRIES = 1024,
};

/*
 * The kernel runs in ring 1, so U stays what the domain gives. A root has no rights for PAE, but is
 * one of four levels for Xen's processor (xen/arch/x86/mm.c, adjust_guest_l3e).
 */
uint64_t fake_adjusted(unsigned int level, uint64_t e)
{
	return level == 3 && (e & X86_PTE_P) ? e | X86_PTE_U | X86_PTE_W : e;
}

/* The last tables of all roots that Xen has taken: its own entries are in these. */
static bool is_last[FAKE_FRAMES];

/* As promote_l3_table() and pae_xen_mappings_check() in xen/arch/x86/mm.c. */
const char *fake_bad_table(unsigned int level, const volatile uint64_t *entries)
{
	uint64_t last = entries[PARTS - 1], page;

	if (level != 3)
		return NULL;
	if (!(last & X86_PTE_P))
		return "a root without its last table";
	page = fake_page((last & X86_PTE_ADDRESS) / PAGE);
	if (fake_references(page) != 1)
		return "a root whose last table is in use elsewhere";
	is_last[page] = true;
	return NULL;
}

/* As mod_l3_entry() and mod_l2_entry() in xen/arch/x86/mm.c. */
const char *fake_kept_entry(unsigned int level, uint64_t page, unsigned int index)
{
	if (level == 3 && index >= PARTS - 1)
		return "an update of a root's last entry, or behind it";
	if (level == 2 && is_last[page] && index >= XEN_SLOTS_FIRST)
		return "an update of Xen's own part of the address space";
	return NULL;
}

int fake_physmap_slot(uint64_t table, unsigned int index)
{
	return table == xen.kernel_l2[1] && index > OWN_FIRST ? (int)(index - OWN_FIRST - 1) : -1;
}

void fake_build_upper(uint64_t *(*take)(uint64_t *page), uint64_t count)
{
	uint64_t *l1 = take(&xen.wedge_l1), *l2[PARTS], *root, pages[PARTS];

	assert_int_equal(count, (xen.pages + ENTRIES - 1) / ENTRIES);
	l1[0] = xen_machine(FAKE_WEDGE_PAGE) | READ_ONLY;
	root = take(&xen.boot_table);
	for (unsigned int n = 0; n < PARTS; n++) {
		l2[n] = take(&pages[n]);
		root[n] = xen_machine(pages[n]) | X86_PTE_P;
	}
	assert_true(physmap_choose(PHYSMAP_SLOTS, 0, PHYSMAP_SLIDING));
	xen.kernel_l2[0] = pages[PARTS - 2];
	xen.kernel_l2[1] = pages[PARTS - 1];
	physmap_fill(l2[PARTS - 1], pages[PARTS - 1]);
	xen.machine_to_physical = (const unsigned long *)fake_machine_to_physical;
}

/* One tree serves both: U tells whose a page is. */
uint64_t fake_top_frame(bool user)
{
	(void)user;
	return fake_xen.kernel;
}

void fake_share_kernel(uint64_t root, uint64_t first)
{
	guest_pte *to = guest_page(root), *from = guest_page(first);

	for (unsigned int i = DIRECTORY_ENTRIES / 2; i < DIRECTORY_ENTRIES; i++)
		to[i] = from[i];
}

/* The upper half of the directory is the kernel's wherever it is linked. */
void fake_link_kernel(uint64_t va)
{
	(void)va;
}
