/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xen_tables.h - tables of 32-bit kernels, of two levels and 1,024 entries of 4 bytes each (SDM 3A
 * section 4.3), beside Xen's, which are those of PAE: a page of 4 entries, then 512 of 8 bytes.
 * shadow.h includes this; each width has a header of this name.
 *
 * A page table of the guest is shadowed by two of Xen's, its directory by four: these are its
 * parts. An entry of the directory, which maps 4 MiB, is shadowed by two neighbours; so is a large
 * page.
 *
 * Invariant: the low 12 bits of both forms mean the same, so an entry of the guest, with zeros
 * above, is one of 64 bits.
 */
#ifndef WEDGE_XEN_TABLES_H
#define WEDGE_XEN_TABLES_H

#include "../../../shadow_table.h"

enum {
	TABLES_DIRECTORY_PARTS = 4,
	TABLES_PART_OF_DIRECTORY = 256, /* entries of the guest's in one part */
	TABLES_OWN_FIRST =
		(WEDGE_BASE >> 21) % ENTRIES, /* where the wedge begins, in its directory's part */
};

/* The guest's entries of a last-level table. */
static inline const tables_entry_raw *tables_leaves(const struct shadow *s)
{
	return (const tables_entry_raw *)xen_page(s->guest) + s->part * ENTRIES;
}

/* The guest's entry that a shadow's is made from. */
static inline volatile uint32_t *tables_slot(const struct shadow *s, unsigned int index)
{
	volatile uint32_t *table = xen_page(s->guest);

	return s->level == 1 ? table + s->part * ENTRIES + index
			     : table + s->part * TABLES_PART_OF_DIRECTORY + index / 2;
}

/*
 * The same as one of 64 bits, and as the processor reads it: while CR4.PSE is 0, an entry of a
 * directory has no bit PS (SDM 3A section 4.3), but in the wedge's own directory. The root of all
 * spaces is made from no table of the guest.
 */
static inline uint64_t tables_entry(const struct shadow *s, unsigned int index)
{
	uint32_t entry = s->level == XEN_LEVELS ? 0 : *tables_slot(s, index);

	if ((entry & X86_PTE_PS) && s->level == 2 && !(vcpu_this()->cr[4] & X86_CR4_PSE) &&
	    s->guest != xen.start_table)
		entry &= ~(uint32_t)X86_PTE_PS;
	return entry;
}

/*
 * An entry of a shadow is made from another one of the guest's, or from none, from now on. The
 * kernel's directory is told, which compares only what it has seen (views.c).
 */
extern bool tables_kernel_changed;
static inline void tables_seen_changes(const struct shadow *s)
{
	tables_kernel_changed |=
		s->level == 2 && s->role == SHADOW_KERNEL && s->place == SHADOW_PLAIN;
}

/* Sets bits of that entry, as a processor does. */
static inline void tables_set(const struct shadow *s, unsigned int index, uint64_t bits)
{
	__atomic_fetch_or(tables_slot(s, index), (uint32_t)bits, __ATOMIC_RELAXED);
}

/* The first page that an entry for a large page maps: of its 4 MiB, the half that is this entry's.
 */
static inline uint64_t tables_large_page(const struct shadow *s, unsigned int index, uint64_t g)
{
	(void)s;
	return (g >> 22 << 10) + (index & 1) * ENTRIES;
}

/* Which part of the guest's table below an entry of a shadow the table below that is made from. */
static inline unsigned int tables_part_below(const struct shadow *s, unsigned int index)
{
	(void)s;
	return index & 1;
}

static inline enum shadow_place tables_place_below(const struct shadow *s, unsigned int index,
						   uint64_t g)
{
	(void)s;
	(void)index;
	return g & X86_PTE_U ? SHADOW_PLAIN : SHADOW_SUPERVISOR;
}

static inline unsigned int tables_role_below(const struct shadow *s, unsigned int index)
{
	(void)index;
	return s->role;
}

/* Nothing is hidden: the U bit protects. */
static inline bool tables_is_hidden(const struct shadow *s, unsigned int index, uint64_t g)
{
	(void)s;
	(void)index;
	(void)g;
	return false;
}

/* The wedge's own entries are there from the start (boot.c), and Xen's behind them. */
static inline void tables_add_own(const struct shadow *s)
{
	(void)s;
}

/* True for these entries, and for those of the root, which views.c makes. */
static inline bool tables_is_own(const struct shadow *s, unsigned int index)
{
	return s->level == XEN_LEVELS || (s->place == SHADOW_OVERLAY && index >= TABLES_OWN_FIRST);
}

/*
 * Pieces of a large page that is split. Small pages of the kernel, because 32-bit Linux starts on
 * some, and pushes on a stack that nothing touched before. And all physical addresses while paging
 * is off: a kernel then needs no stack, and a fault would push a frame on it.
 */
static inline enum tables_filled tables_filled(const struct shadow *s)
{
	if (s->source == SHADOW_OF_LARGE ||
	    (s->source == SHADOW_OF_TABLE && s->role == SHADOW_KERNEL && s->level == 1))
		return TABLES_FULL;
	return s->guest == xen.start_table ? TABLES_LARGE : TABLES_EMPTY;
}

/* Xen's table of guest-physical pages by machine frame, whose place kernel.c has asked for. */
static inline const unsigned long *tables_machine_to_physical(void)
{
	return xen.machine_to_physical;
}

#endif /* WEDGE_XEN_TABLES_H */
