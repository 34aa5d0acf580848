/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow.h - the page tables that Xen really uses, made from the guest's.
 *
 * A shadow table stands for one table of the guest in one role:
 *
 *   SHADOW_KERNEL  supervisor rights: every leaf, written without U. Xen adds U itself, and keeps
 *                  such an entry out of the TLB's global ones, so user code cannot meet it there.
 *   SHADOW_USER    user rights: only leaves the guest gives to user code. Used below the middle of
 *                  the address space, in the kernel's view and in the user's.
 *
 * Invariant: what a present entry of a shadow allows, the guest's entry allowed when the guest last
 * made an invalidation that covers it, or later.
 */
#ifndef WEDGE_BACKEND_XEN_SHADOW_H
#define WEDGE_BACKEND_XEN_SHADOW_H

#include "xen.h"

enum shadow_role { SHADOW_KERNEL, SHADOW_USER };

/* What a table is made from. */
enum shadow_source {
	SHADOW_OF_TABLE, /* a page table of the guest */
	SHADOW_OF_LARGE, /* one large page of the guest, split */
	SHADOW_OF_NONE,	 /* nothing: holds only the wedge's own entries */
};

/* The wedge's own entries stand in the tables on the way to its addresses. */
enum shadow_overlay { SHADOW_PLAIN, SHADOW_OVERLAY };

struct shadow {
	uint64_t guest; /* page of the guest's table, or first page of the large page */
	uint32_t page;	/* the shadow's own page */
	uint32_t links; /* entries of other shadows that point here */
	uint32_t round; /* in which it was last compared; in the pool: TLB flushes up to then */
	uint8_t level;
	uint8_t role;
	uint8_t source;
	uint8_t overlay;
	/* Here or below is a leaf of the kernel's that is not global. The tables above learn it
	 * when they hook this one or compare it (shadow_locals). */
	bool local;
	uint64_t *seen; /* the guest's entries that the present ones were made from */
	uint64_t present[ENTRIES / 64]; /* which entries are the guest's and present */
	struct shadow **children; /* by index, for levels above 1; NULL: physmap table or none */
	struct shadow *next;	  /* in its hash chain or the pool */
};

/*
 * The shadow for a table of the guest, made and hooked to nothing if there was none; NULL if the
 * pool has no table for it. No function here destroys a table that something links to, or one that
 * it was given: only space.c makes room, between two attempts.
 */
struct shadow *shadow_get(unsigned int level, enum shadow_role role, enum shadow_source source,
			  enum shadow_overlay overlay, uint64_t guest);

/* Gives a table up that nothing links to. */
void shadow_drop(struct shadow *s);

/* Unhooks an entry, whatever it is; tables without links are given up. */
void shadow_clear(struct shadow *s, unsigned int index);

/*
 * Brings entry `index` into line with the guest's entry now. With `fill`, an entry that is absent
 * becomes present if the guest's is; else only what is present is corrected. Where the pool has no
 * table (table_pool_refused), the entry stays as it was: the operation must be done again.
 * Returns true if a translation was changed or taken away.
 */
bool shadow_update(struct shadow *s, unsigned int index, bool fill);

/* Compares all present entries, and those of the tables below, with the guest's. */
bool shadow_sync(struct shadow *s);

/* Lets the kernel write through a present entry against the guest's tables, until they are
 * compared. */
void shadow_allow_write(struct shadow *s, unsigned int index);

/* Begins a new round: tables compared before count as not compared. */
void shadow_new_round(void);

/* How many tables have become `local`: if it has grown, others may have to learn it. */
uint64_t shadow_locals(void);

/* The guest's entries from `first` on are still those that the shadow's were made from. */
bool shadow_unchanged_from(const struct shadow *s, unsigned int first);

/* The guest's entry that a shadow's is made from. */
static inline uint64_t shadow_guest_entry(const struct shadow *s, unsigned int index)
{
	return ((const volatile uint64_t *)xen_page(s->guest))[index];
}

/* The guest's entry is still the one that the shadow's was made from (or both are absent). */
static inline bool shadow_unchanged(const struct shadow *s, unsigned int index)
{
	return shadow_guest_entry(s, index) == s->seen[index];
}

static inline bool shadow_present(const struct shadow *s, unsigned int index)
{
	return s->present[index / 64] >> index % 64 & 1;
}

/* The table below entry `index`, or NULL. */
static inline struct shadow *shadow_child(const struct shadow *s, unsigned int index)
{
	return s->children ? s->children[index] : NULL;
}

/* The value that Xen's table holds. */
static inline uint64_t shadow_value(const struct shadow *s, unsigned int index)
{
	return ((const volatile uint64_t *)xen_page(s->page))[index];
}

#endif /* WEDGE_BACKEND_XEN_SHADOW_H */
