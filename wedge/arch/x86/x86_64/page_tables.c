/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page_tables.c - four-level page tables (Intel SDM volume 3A, section 4.5).
 *
 * Invariant: reads the guest's tables and changes nothing.
 */
#include <wedge/arch.h>

static uint64_t *entry_pointer(uint64_t table, uint64_t va, unsigned int level)
{
	unsigned int shift = X86_PAGE_SHIFT + 9 * (level - 1);

	return guest_pointer((table & X86_PTE_ADDRESS) + (va >> shift & 511) * 8, 8);
}

/* Bits that must be zero (SDM 3A table 4-11 and the note on MAXPHYADDR). */
static bool has_reserved_bits(const struct vcpu *v, uint64_t entry, unsigned int level)
{
	uint64_t reserved = X86_PTE_ADDRESS >> v->physical_bits << v->physical_bits;

	if (!(v->efer & X86_EFER_NX))
		reserved |= X86_PTE_NX;
	if (level == ARCH_PAGE_LEVELS)
		reserved |= X86_PTE_PS;
	return entry & reserved;
}

bool page_tables_descend(struct vcpu *v, uint64_t va, struct guest_walk *out, uint8_t *slots[])
{
	uint64_t table = v->cr[3], entry;

	*out = (struct guest_walk){.writable = true, .user = true};
	for (unsigned int level = ARCH_PAGE_LEVELS; level; level--) {
		uint64_t *slot = entry_pointer(table, va, level);

		slots[level] = (uint8_t *)slot;
		if (!slot)
			return false;
		entry = *slot;
		out->entry[level] = entry;
		out->leaf = level;
		if (!(entry & X86_PTE_P))
			return false;
		if (has_reserved_bits(v, entry, level)) {
			out->error = X86_PF_PRESENT | X86_PF_RESERVED;
			return false;
		}
		out->writable &= (entry & X86_PTE_W) != 0;
		out->user &= (entry & X86_PTE_U) != 0;
		out->no_execute |= (entry & X86_PTE_NX) && (v->efer & X86_EFER_NX);
		if (level == 1 || ((entry & X86_PTE_PS) && level < ARCH_PAGE_LEVELS))
			break;
		table = entry;
	}
	out->page_size = 1ull << (X86_PAGE_SHIFT + 9 * (out->leaf - 1));
	out->address = (out->entry[out->leaf] & X86_PTE_ADDRESS & ~(out->page_size - 1)) |
		       (va & (out->page_size - 1));
	return true;
}
