/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_walk.c - checks accesses by the rights of the guest's page tables, of either format (Intel
 * SDM volume 3A, sections 4.6 to 4.8).
 *
 * Invariant: only the guest's tables decide, never the shadow. Accessed and dirty bits are set only
 * for an access that is allowed.
 */
#include <wedge/arch_traits.h>
#include <wedge/guest_walk.h>
#include <wedge/vcpu.h>
#include "guest_tables.h"

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

/*
 * SDM 3A section 4.8. Both bits are in an entry's first byte, whatever its size. Other processors
 * may set bits at the same time, hence the atomic or.
 */
static void set_bits(struct guest_walk *w, uint8_t *slots[], uint32_t access)
{
	/* Nearly always they are set already. */
	if ((w->common & X86_PTE_A) &&
	    (!(access & X86_PF_WRITE) || (w->entry[w->leaf] & X86_PTE_D)))
		return;
	for (unsigned int level = ARCH_PAGE_LEVELS; level >= w->leaf; level--) {
		uint8_t bits = X86_PTE_A;

		if (level == w->leaf && (access & X86_PF_WRITE))
			bits |= X86_PTE_D;
		if ((w->entry[level] & bits) != bits)
			__atomic_fetch_or(slots[level], bits, __ATOMIC_RELAXED);
	}
	w->entry[w->leaf] |= X86_PTE_A | (access & X86_PF_WRITE ? X86_PTE_D : 0);
}

bool guest_walk(struct vcpu *v, uint64_t va, uint32_t access, struct guest_walk *out)
{
	uint8_t *slots[ARCH_PAGE_LEVELS + 1];

	access &= X86_PF_WRITE | X86_PF_USER | X86_PF_FETCH;
	/* If EFER.NX is clear, a fetch counts as a read, in the error code too (SDM 3A 4.7). */
	if (!(v->efer & X86_EFER_NX))
		access &= ~(uint32_t)X86_PF_FETCH;
	if (!guest_tables_descend(v, va, out, slots)) {
		out->error |= access;
		return false;
	}
	if (!allowed(v, out, access)) {
		out->error = access | X86_PF_PRESENT;
		return false;
	}
	out->access = access;
	out->forced = (access & X86_PF_WRITE) && !out->writable;
	set_bits(out, slots, access);
	return true;
}

bool guest_lookup(struct vcpu *v, uint64_t va, struct guest_walk *out)
{
	uint8_t *slots[ARCH_PAGE_LEVELS + 1];

	return guest_tables_descend(v, va, out, slots);
}
