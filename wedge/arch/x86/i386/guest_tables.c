/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_tables.c - two-level page tables with pages of 4 KiB and 4 MiB (Intel SDM volume 3A,
 * section 4.3), and no tables at all while CR0.PG is clear.
 *
 * Invariant: the walk changes nothing.
 */
#include <wedge/arch_traits.h>
#include <wedge/guest_pages.h>
#include <wedge/guest_walk.h>
#include <wedge/vcpu.h>
#include "../guest_tables.h"

enum {
	LARGE_SHIFT = 22,
	/* CPUID hides PSE-36, so these must be zero in a large page's entry. */
	LARGE_RESERVED = 0x3fe000,
};

static uint32_t *entry_pointer(uint64_t table, uint64_t va, unsigned int level)
{
	unsigned int shift = level == 2 ? LARGE_SHIFT : X86_PAGE_SHIFT;

	uint32_t *page = guest_page(table & 0xfffff000);

	return page ? page + (va >> shift & 1023) : NULL;
}

/* Without paging, linear addresses are physical: report a large page that maps itself. */
static bool without_paging(uint64_t va, struct guest_walk *out, uint8_t *slots[])
{
	slots[1] = slots[2] = NULL;
	*out = (struct guest_walk){
		.address = va & ARCH_ADDRESS_MASK,
		.page_size = 1u << LARGE_SHIFT,
		.leaf = 2,
		.writable = true,
		.user = true,
	};
	out->entry[2] = (va & ARCH_ADDRESS_MASK) >> LARGE_SHIFT << LARGE_SHIFT | X86_PTE_P |
			X86_PTE_W | X86_PTE_U | X86_PTE_A | X86_PTE_D | X86_PTE_PS;
	out->common = out->entry[2];
	return true;
}

/* Entries are written as far as the walk comes: clearing all would cost as much as a level. */
static void begin(struct guest_walk *out)
{
	out->common = ~0ull;
	out->leaf = 0;
	out->error = 0;
	out->access = 0;
	out->writable = out->user = out->forced = out->no_execute = false;
}

bool guest_tables_descend(struct vcpu *v, uint64_t va, struct guest_walk *out, uint8_t *slots[])
{
	uint64_t table = v->cr[3];
	bool large = false;

	if (!(v->cr[0] & X86_CR0_PG))
		return without_paging(va, out, slots);
	begin(out);
	for (unsigned int level = ARCH_PAGE_LEVELS; level && !large; level--) {
		uint32_t *slot = entry_pointer(table, va, level);

		slots[level] = (uint8_t *)slot;
		if (!slot)
			return false;
		table = *slot;
		out->entry[level] = table;
		out->leaf = level;
		if (!(table & X86_PTE_P))
			return false;
		out->common &= table;
		large = level == 2 && (table & X86_PTE_PS) && (v->cr[4] & X86_CR4_PSE);
	}
	if (large && (table & LARGE_RESERVED)) {
		out->error = X86_PF_PRESENT | X86_PF_RESERVED;
		return false;
	}
	out->writable = out->common & X86_PTE_W;
	out->user = out->common & X86_PTE_U;
	out->page_size = large ? 1u << LARGE_SHIFT : X86_PAGE_SIZE;
	out->address = (table & ~(out->page_size - 1)) | (va & (out->page_size - 1));
	return true;
}
