/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_walk.c - walk the guest's four-level page tables (Intel SDM volume 3A, sections 4.5
 * to 4.8).
 *
 * Invariant: decides by the guest's tables alone, never by the shadow; accessed and dirty bits are
 * set only for an access that is allowed.
 */
#include <wedge/guest_walk.h>

enum { LEVELS = 4 };

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
	if (level == LEVELS)
		reserved |= X86_PTE_PS;
	return entry & reserved;
}

/*
 * Follows the tables down. `slots` receives where each level's entry is. Returns false at the first
 * entry that is not present (or whose table is no guest memory).
 */
static bool descend(struct vcpu *v, uint64_t va, struct guest_walk *out,
		    uint64_t *slots[LEVELS + 1])
{
	uint64_t table = v->cr[3], entry;

	*out = (struct guest_walk){.writable = true, .user = true};
	for (unsigned int level = LEVELS; level; level--) {
		slots[level] = entry_pointer(table, va, level);
		if (!slots[level])
			return false;
		entry = *slots[level];
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
		if (level == 1 || ((entry & X86_PTE_PS) && level < LEVELS))
			break;
		table = entry;
	}
	out->page_size = 1ull << (X86_PAGE_SHIFT + 9 * (out->leaf - 1));
	out->address = (out->entry[out->leaf] & X86_PTE_ADDRESS & ~(out->page_size - 1)) |
		       (va & (out->page_size - 1));
	return true;
}

/* SDM 3A section 4.6.1: access rights. */
static bool allowed(const struct vcpu *v, const struct guest_walk *w, uint32_t access)
{
	if ((access & X86_PF_USER) && !w->user)
		return false;
	if ((access & X86_PF_FETCH) && w->no_execute)
		return false;
	if ((access & X86_PF_WRITE) && !w->writable)
		return !(access & X86_PF_USER) && !(v->cr[0] & X86_CR0_WP);
	return true;
}

/* SDM 3A section 4.8. Several CPUs may do this at once, hence the atomic or. */
static void set_bits(const struct guest_walk *w, uint64_t *slots[LEVELS + 1], uint32_t access)
{
	for (unsigned int level = LEVELS; level >= w->leaf; level--) {
		uint64_t bits = X86_PTE_A;

		if (level == w->leaf && (access & X86_PF_WRITE))
			bits |= X86_PTE_D;
		if ((w->entry[level] & bits) != bits)
			__atomic_fetch_or(slots[level], bits, __ATOMIC_RELAXED);
	}
}

bool guest_walk(struct vcpu *v, uint64_t va, uint32_t access, struct guest_walk *out)
{
	uint64_t *slots[LEVELS + 1];

	access &= X86_PF_WRITE | X86_PF_USER | X86_PF_FETCH;
	/* Without no-execute, fetches are reads, in error codes too (SDM 3A 4.7). */
	if (!(v->efer & X86_EFER_NX))
		access &= ~(uint32_t)X86_PF_FETCH;
	if (!descend(v, va, out, slots)) {
		out->error |= access;
		return false;
	}
	if (!allowed(v, out, access)) {
		out->error = access | X86_PF_PRESENT;
		return false;
	}
	out->forced = (access & X86_PF_WRITE) && !out->writable;
	set_bits(out, slots, access);
	out->entry[out->leaf] |= X86_PTE_A | (access & X86_PF_WRITE ? X86_PTE_D : 0);
	return true;
}

bool guest_lookup(struct vcpu *v, uint64_t va, struct guest_walk *out)
{
	uint64_t *slots[LEVELS + 1];

	return descend(v, va, out, slots);
}
