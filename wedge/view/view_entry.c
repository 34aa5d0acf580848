/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_entry.c - what the entries of the guest's page tables allow: two levels with pages of 4 KiB
 * and 4 MiB (SDM 3A section 4.3), or in long mode four levels with pages of 4 KiB and 2 MiB
 * (section 4.5).
 *
 * Invariant: a guest's table is read only where the guest has memory. Of a kernel's pages, host
 * rights for execution are given to large ones, to its text, and to what the core has looked at.
 */
#include <wedge/guest_pages.h>
#include "view_table.h"

#define ALL_RIGHTS (X86_PTE_P | X86_PTE_W | X86_PTE_U)

bool view_paging(void)
{
	return ARCH_LONG_MODE || (vcpu_this()->cr[0] & X86_CR0_PG);
}

bool view_is_large(uint64_t pde)
{
	return (pde & X86_PTE_PS) && (ARCH_LONG_MODE || (vcpu_this()->cr[4] & X86_CR4_PSE));
}

bool view_is_memory(uint64_t entry)
{
	return (entry & FRAME) / PAGE < view_memory_bytes() / PAGE;
}

const view_entry *view_guest_table(uint64_t entry)
{
	return entry & X86_PTE_P ? guest_page(entry & FRAME) : NULL;
}

uint64_t view_root(void)
{
	return (vcpu_this()->cr[3] & FRAME) | ALL_RIGHTS;
}

/* While EFER.NX is clear, the bit is reserved (SDM 3A section 4.5.4). */
static bool is_reserved(uint64_t entry)
{
	return (entry & X86_PTE_NX) && !(vcpu_this()->efer & X86_EFER_NX);
}

uint64_t view_below(uint64_t above, uint64_t entry, unsigned int level)
{
	/* Above level 2 there are no large pages: CPUID does not show those of 1 GiB. */
	if (!(above & entry & X86_PTE_P) || is_reserved(entry) ||
	    (level > 2 && (entry & X86_PTE_PS)))
		return 0;
	return (entry & (above | ~ALL_RIGHTS)) | (above & X86_PTE_NX);
}

uint64_t view_pde_of(const struct guest_walk *walk)
{
	uint64_t entry = view_root();

	for (unsigned int level = ARCH_PAGE_LEVELS; level >= 2; level--)
		entry = view_below(entry, walk->entry[level], level);
	return entry;
}

uint64_t view_pde_at(uint64_t va)
{
	uint64_t entry = view_root();

	for (unsigned int level = ARCH_PAGE_LEVELS; level >= 2; level--) {
		const view_entry *table = view_guest_table(entry);

		entry = table ? view_below(entry, table[view_index(va, level)], level) : 0;
	}
	return entry;
}

bool view_no_execute(uint64_t pde, uint64_t leaf)
{
	return (pde | leaf) & X86_PTE_NX;
}

unsigned int view_rights(const struct view *view, uint64_t pde, uint64_t leaf)
{
	bool large = view_is_large(pde);
	uint64_t both = large ? pde : pde & leaf;
	unsigned int prot = VIEW_READ;

	if (!(both & X86_PTE_P) || !(leaf & X86_PTE_A) || is_reserved(leaf))
		return 0;
	if (view->process && !(both & X86_PTE_U))
		return 0;
	if ((both & X86_PTE_W) && (leaf & X86_PTE_D))
		prot |= VIEW_WRITE;
	if (view_no_execute(pde, leaf))
		return prot;
	if (view->process || large || view_is_kernel_text((leaf & FRAME) / PAGE))
		prot |= VIEW_EXEC;
	return prot;
}

unsigned int view_page_rights(const struct view *view, const struct view_table *t, unsigned int n,
			      uint64_t leaf)
{
	unsigned int prot = view_rights(view, t->pde, leaf);

	if (prot && view_get(t->released, n) && !view_no_execute(t->pde, leaf))
		prot |= VIEW_EXEC;
	return prot;
}

bool view_same_table(const struct view *view, const struct view_table *t, uint64_t now)
{
	uint64_t ignored = X86_PTE_A | X86_PTE_D;
	bool large = view_is_large(now);

	if (t->large != large)
		return false;
	if (large && view_rights(view, now, now) != view_rights(view, t->pde, t->pde))
		return false;
	if (large)
		ignored |= X86_PTE_G;
	return !((now ^ t->pde) & ~ignored);
}
