/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow.h - shadow tables: the page tables that Xen uses in place of the guest's.
 *
 * A shadow table stands for one table of the guest in one role:
 *
 *   SHADOW_KERNEL  supervisor rights: every leaf, written without U. Xen adds U itself, and keeps
 *                  such an entry out of the TLB's global ones, so user code cannot meet it there.
 *   SHADOW_USER    user rights: only leaves the guest gives to user code. Used among the programs'
 *                  addresses, in the kernel's view and in the user's.
 *
 * If one tree serves both (XEN_VIEWS is 1), either has every leaf with the guest's own U; the role
 * then tells whose addresses the table is for.
 *
 * Invariant: a present entry of a shadow allows only what the guest's entry allowed at the guest's
 * last invalidation that covers it, or later.
 */
#ifndef WEDGE_BACKEND_XEN_SHADOW_H
#define WEDGE_BACKEND_XEN_SHADOW_H

#include <wedge/xen_tables.h>
#include "shadow_table.h"

/*
 * Finds the shadow of a guest's table, or makes one that nothing links to yet. Returns NULL if the
 * pool has no table. No function of this header destroys a table that has links, or the table it
 * was given: only space.c makes room, between two attempts.
 */
struct shadow *shadow_get(unsigned int level, enum shadow_role role, enum shadow_source source,
			  enum shadow_place place, uint64_t guest, unsigned int part);

/* Has a table that no shadow stands for yet (table_pool_adopt) stand for one of the guest's. */
struct shadow *shadow_adopt(struct shadow *s, enum shadow_role role, enum shadow_place place,
			    uint64_t guest, unsigned int part);

/* Has a table stand for another one of the guest's: shadow_sync() then corrects its entries. */
void shadow_follow(struct shadow *s, uint64_t guest);

/* Empties a table without links and gives it to the pool. */
void shadow_drop(struct shadow *s);

/* Takes a link away that is no entry. A table that loses its last link goes to the pool. */
void shadow_release(struct shadow *s);

/* Clears an entry. A table that loses its last link goes to the pool. */
void shadow_clear(struct shadow *s, unsigned int index);

/*
 * Makes entry `index` agree with the guest's entry. With `fill`, an absent entry becomes present if
 * the guest's is; without, only a present entry is corrected. If the pool has no table
 * (table_pool_refused), the entry stays as it was, and the caller must do the operation again.
 * Returns true if a translation was changed or taken away.
 */
bool shadow_update(struct shadow *s, unsigned int index, bool fill);

/*
 * Makes all entries of a last-level table of the kernel present and right. Returns true if a
 * translation was changed or taken away.
 */
bool shadow_fill_leaves(struct shadow *s);

/*
 * Compares all present entries with the guest's, also in the tables below, and corrects them.
 * Returns true if a translation was changed or taken away.
 */
bool shadow_sync(struct shadow *s);

/*
 * Finds out anew whether a table is `local`, when all present entries were compared. Kernels start
 * with pages that are not global, and make them global once the processor's feature is on.
 */
void shadow_renew_local(struct shadow *s);

/*
 * All shadows are in chains (`next`). The first of chain `n`, or of the chain that a table's are in
 * among others; NULL: it is empty.
 */
enum { SHADOW_CHAINS = 2048 };
struct shadow *shadow_chain(unsigned int n);
struct shadow *shadow_chain_of(uint64_t guest, unsigned int level);

/* ---- shadow_memory.c ---- */

/* True if a page is a table of the guest's that some shadow is made from. */
bool shadow_has_table(uint64_t page);

/*
 * Makes last-level entries right again whose pages have lost or got memory (memory_hide(),
 * memory_show()). The first looks at all tables of the guest's; the second at a page that is part
 * of a split large page. Nothing is flushed.
 */
void shadow_follow_memory(void);
void shadow_follow_split(uint64_t page);

/* ---- shadow.c ---- */

/* Makes an entry count as changed by the guest, so that it is made anew when it is looked at next.
 */
void shadow_outdate(struct shadow *s, unsigned int index);

/* Makes a present entry writable although the guest's is not, until the next comparison. */
void shadow_allow_write(struct shadow *s, unsigned int index);

/* Begins a new round: tables compared before count as not compared. */
void shadow_new_round(void);

/*
 * Counts what every space's tables of the kernel must be compared for when it is loaded next: a
 * table has become `local`, and those above may have to become so too; or the guest has changed an
 * entry of the kernel's in one space's top-level table. Tables below that entry may change unseen
 * until the guest sets it again, and another space still has them.
 */
uint64_t shadow_kernel_changes(void);

/* True if the guest's entry is still the one that the shadow's was made from. */
static inline bool shadow_unchanged(const struct shadow *s, unsigned int index)
{
	return tables_entry(s, index) == s->seen[index];
}

static inline bool shadow_present(const struct shadow *s, unsigned int index)
{
	return s->present[index / 64] >> index % 64 & 1;
}

/* True for a last-level table with pages of the kernel, which may be a stack. */
static inline bool shadow_may_hold_stack(const struct shadow *s)
{
	return s->level == 1 && (XEN_VIEWS == 1 || s->role == SHADOW_KERNEL) &&
	       s->source == SHADOW_OF_TABLE;
}

/* The table below entry `index`, or NULL. */
static inline struct shadow *shadow_child(const struct shadow *s, unsigned int index)
{
	return s->children ? s->children[index] : NULL;
}

/* An address's entry in a table of a level. */
static inline unsigned int space_index(uint64_t va, unsigned int level)
{
	return va >> (X86_PAGE_SHIFT + 9 * (level - 1)) & (ENTRIES - 1);
}

/* The value that Xen's table holds. */
static inline uint64_t shadow_value(const struct shadow *s, unsigned int index)
{
	return ((const volatile uint64_t *)xen_page(s->page))[index];
}

#endif /* WEDGE_BACKEND_XEN_SHADOW_H */
