/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xen_tables.h - tables of 64-bit kernels beside Xen's: both have the same form. shadow.h includes
 * this; each width has a header of this name.
 *
 * Invariant: nothing here changes a table of Xen's but tables_add_own().
 */
#ifndef WEDGE_XEN_TABLES_H
#define WEDGE_XEN_TABLES_H

#include "../../../shadow_table.h"

/* The guest's entries of a last-level table. */
static inline const tables_entry_raw *tables_leaves(const struct shadow *s)
{
	return xen_page(s->guest);
}

/* The guest's entry that a shadow's is made from, as one of 64 bits. */
static inline uint64_t tables_entry(const struct shadow *s, unsigned int index)
{
	return ((const volatile uint64_t *)xen_page(s->guest))[index];
}

/* An entry of a shadow is made from another one of the guest's: each comparison sees that. */
static inline void tables_seen_changes(const struct shadow *s)
{
	(void)s;
}

/* Sets bits of that entry, as a processor does. */
static inline void tables_set(const struct shadow *s, unsigned int index, uint64_t bits)
{
	__atomic_fetch_or((uint64_t *)xen_page(s->guest) + index, bits, __ATOMIC_RELAXED);
}

/* The first page that an entry for a large page maps. */
static inline uint64_t tables_large_page(const struct shadow *s, unsigned int index, uint64_t g)
{
	(void)s;
	(void)index;
	return (g & X86_PTE_ADDRESS_2M) / PAGE;
}

/* Which part of the guest's table below an entry of a shadow the table below that is made from. */
static inline unsigned int tables_part_below(const struct shadow *s, unsigned int index)
{
	(void)s;
	(void)index;
	return 0;
}

static inline enum shadow_place tables_place_below(const struct shadow *s, unsigned int index,
						   uint64_t g)
{
	(void)g;
	if (s->level == 4 && index == XEN_TOP_SLOT)
		return SHADOW_OVERLAY;
	if (s->level == 4)
		return index ? SHADOW_PLAIN : s->place;
	if (s->level == 3 && s->place == SHADOW_OVERLAY && index == ENTRIES - 1)
		return SHADOW_OVERLAY;
	return SHADOW_PLAIN;
}

static inline unsigned int tables_role_below(const struct shadow *s, unsigned int index)
{
	if (s->place != SHADOW_MIXED || s->level != 3)
		return s->role;
	return index == xen.layout.image ? SHADOW_KERNEL : SHADOW_USER;
}

/* True for what is not to be seen below a table: the kernel's in a table of the user's. */
static inline bool tables_is_hidden(const struct shadow *s, unsigned int index, uint64_t g)
{
	return tables_role_below(s, index) == SHADOW_USER ? !(g & X86_PTE_U)
							  : s->role == SHADOW_USER;
}

/* Adds the wedge's own entries: at level 3 the physmap, at level 2 the wedge's last 2 MiB. */
static inline void tables_add_own(const struct shadow *s)
{
	uint64_t flags = X86_PTE_P | X86_PTE_W | X86_PTE_U | X86_PTE_A;

	if (s->level == 3) {
		for (unsigned int i = 0; xen.physmap_l2 + i < xen.wedge_l1; i++)
			update_entry(s->page, i,
				     xen_machine(xen.physmap_l2 + i) | flags | X86_PTE_NX);
	} else if (s->level == 2) {
		update_entry(s->page, ENTRIES - 1, xen_machine(xen.wedge_l1) | flags);
	}
}

/* True for the entries of an overlay table that tables_add_own() makes. */
static inline bool tables_is_own(const struct shadow *s, unsigned int index)
{
	if (s->place != SHADOW_OVERLAY)
		return false;
	if (s->level == 3)
		return index < xen.wedge_l1 - xen.physmap_l2;
	return s->level == 2 && index == ENTRIES - 1;
}

/* Large pages of the kernel, and all pieces of one that is split. */
static inline enum tables_filled tables_filled(const struct shadow *s)
{
	if (s->source == SHADOW_OF_LARGE)
		return TABLES_FULL;
	return s->source == SHADOW_OF_TABLE && s->role == SHADOW_KERNEL && s->level == 2
		       ? TABLES_LARGE
		       : TABLES_EMPTY;
}

/* Xen's table of guest-physical pages by machine frame, which has a fixed place. */
static inline const unsigned long *tables_machine_to_physical(void)
{
	return (const unsigned long *)HYPERVISOR_VIRT_START;
}

#endif /* WEDGE_XEN_TABLES_H */
