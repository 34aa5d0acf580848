/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_tables.c - four-level page tables (Intel SDM volume 3A, section 4.5).
 *
 * Invariant: the walk changes nothing.
 */
#include <wedge/arch_traits.h>
#include <wedge/guest_pages.h>
#include <wedge/guest_walk.h>
#include <wedge/vcpu.h>
#include "../guest_tables.h"

/* Bits that must be zero at every level (SDM 3A table 4-11 and the note on MAXPHYADDR). */
static uint64_t reserved_bits(const struct vcpu *v)
{
	uint64_t reserved = X86_PTE_ADDRESS >> v->physical_bits << v->physical_bits;

	return v->efer & X86_EFER_NX ? reserved : reserved | X86_PTE_NX;
}

/* Fills in what follows from the leaf. */
static void note_leaf(struct guest_walk *out, uint64_t va, uint64_t any)
{
	uint64_t leaf = out->entry[out->leaf];

	out->page_size = 1ull << (X86_PAGE_SHIFT + 9 * (out->leaf - 1));
	out->address =
		(leaf & X86_PTE_ADDRESS & ~(out->page_size - 1)) | (va & (out->page_size - 1));
	out->writable = out->common & X86_PTE_W;
	out->user = out->common & X86_PTE_U;
	/* If EFER.NX is clear, the bit is reserved: descending has failed already if it is set. */
	out->no_execute = any & X86_PTE_NX;
}

bool guest_tables_descend(struct vcpu *v, uint64_t va, struct guest_walk *out, uint8_t *slots[])
{
	uint64_t entry = v->cr[3], any = 0, reserved = reserved_bits(v);
	uint64_t bad = reserved | X86_PTE_PS; /* no large pages at the top */
	unsigned int shift = X86_PAGE_SHIFT + 9 * (ARCH_PAGE_LEVELS - 1);

	*out = (struct guest_walk){.common = ~0ull};
	for (unsigned int level = ARCH_PAGE_LEVELS; level; level--, shift -= 9) {
		uint64_t *slot = guest_page(entry & X86_PTE_ADDRESS);

		if (!slot)
			return false;
		slot += va >> shift & 511;
		slots[level] = (uint8_t *)slot;
		entry = *slot;
		out->entry[level] = entry;
		out->leaf = level;
		if (!(entry & X86_PTE_P))
			return false;
		if (entry & bad) {
			out->error = X86_PF_PRESENT | X86_PF_RESERVED;
			return false;
		}
		out->common &= entry;
		any |= entry;
		if (level == 1 || (entry & X86_PTE_PS))
			break;
		bad = reserved;
	}
	note_leaf(out, va, any);
	return true;
}
