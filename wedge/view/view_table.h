/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_table.h - what the files of the shadow MMU share: the guest's entries and what they allow,
 * the tables that remember them, and where a view may have guest memory.
 *
 * Invariant: see view.h; only view*.c include this.
 */
#ifndef WEDGE_VIEW_TABLE_H
#define WEDGE_VIEW_TABLE_H

#include "view.h"

enum { LARGE = 1 << VIEW_TABLE_SHIFT, PAGE = X86_PAGE_SIZE };

#define FRAME	   X86_PTE_ADDRESS
#define PAGE_MASK  (~(uint64_t)(PAGE - 1))
#define LARGE_MASK (~(uint64_t)(LARGE - 1))

/* Bits of `present`, `local` and `released`. */
static inline bool view_get(const view_word *bits, unsigned int n)
{
	return bits[n / VIEW_WORD_BITS] >> n % VIEW_WORD_BITS & 1;
}

/* The number of the lowest bit that is set; `word` is not 0. */
static inline unsigned int view_lowest(view_word word)
{
	return (unsigned int)__builtin_ctzl(word);
}

static inline void view_set(view_word *bits, unsigned int n, bool value)
{
	view_word bit = (view_word)1 << n % VIEW_WORD_BITS;
	view_word *word = &bits[n / VIEW_WORD_BITS];

	*word = value ? *word | bit : *word & ~bit;
}

/* Is any of a table's or a node's bits set? */
static inline bool view_any(const view_word *bits)
{
	view_word any = 0;

	for (unsigned int i = 0; i < VIEW_WORDS; i++)
		any |= bits[i];
	return any;
}

/* How much one entry of a level covers, as a shift; and which entry an address has there. */
static inline unsigned int view_shift(unsigned int level)
{
	return X86_PAGE_SHIFT + VIEW_INDEX_BITS * (level - 1);
}

static inline unsigned int view_index(uint64_t va, unsigned int level)
{
	return va >> view_shift(level) & (VIEW_ENTRIES - 1);
}

/* ---- the guest's entries (view_entry.c) ---- */

/* An entry of level 2 is a large page: CR4.PSE must allow that, but not in long mode. */
bool view_is_large(uint64_t pde);

/* The guest has memory where the entry points. */
bool view_is_memory(uint64_t entry);

/* The guest's table below an entry; NULL if there is none, or if that is no memory. */
const view_entry *view_guest_table(uint64_t entry);

/* What view_guest_table() takes for the top-level table: CR3, and all rights. */
uint64_t view_root(void);

/*
 * An entry of a level of 2 or more, with the rights that those above it give as well (SDM 3A
 * section 4.6). 0 if it does not name a table or a large page of level 2: it or one above is not
 * present, or has a bit set that is reserved.
 */
uint64_t view_below(uint64_t above, uint64_t entry, unsigned int level);

/* The same down to level 2, for one address: by a walk that was made, and by the tables now. */
uint64_t view_pde_of(const struct guest_walk *walk);
uint64_t view_pde_at(uint64_t va);

/*
 * The host's rights for a leaf below `pde`; 0: must not be mapped. A leaf whose accessed bit is
 * clear must fault, so that it is set; one that is not dirty must not be writable.
 */
unsigned int view_rights(const struct view *view, uint64_t pde, uint64_t leaf);

/* The same for a page of a table: code of the kernel's that has been looked at may be executed. */
unsigned int view_page_rights(const struct view *view, const struct view_table *t, unsigned int n,
			      uint64_t leaf);

/* The guest's entries allow nobody to execute the page. */
bool view_no_execute(uint64_t pde, uint64_t leaf);

/* The same table, or the same large page with the same rights, is still hooked. */
bool view_same_table(const struct view *view, const struct view_table *t, uint64_t now);

/* ---- tables and nodes (view_table.c) ---- */

/* The table that an address belongs to; NULL: there is none. */
struct view_table *view_find(const struct view *view, uint64_t va);

/* Hooks a table that remembers nothing yet, where there is none; takes one away and gives it up. */
struct view_table *view_hook_table(struct view *view, uint64_t va, uint64_t pde);
void view_drop_table(struct view *view, uint64_t va);

/* Takes away a child of a node of a level, a table or a node that has no children. */
void view_drop_child(struct view *view, struct view_node *node, unsigned int level, unsigned int n);

/*
 * Something has changed below a child that may be there: takes it away if nothing is left in it,
 * and notes whether it is local.
 */
void view_settle_child(struct view *view, struct view_node *node, unsigned int level,
		       unsigned int n);

/* The first address from `va` on at which something is mapped; UINT64_MAX: nothing is. */
uint64_t view_next(const struct view *view, uint64_t va);

/* A leaf that is not global has been mapped: loads of CR3 must find the table. */
void view_note_local(struct view *view, struct view_table *t, uint64_t va);

/* The page is not mapped any more; what is mapped there next counts as new code. */
void view_note_removed(struct view_table *t, unsigned int n);

/* ---- addresses ---- */

/* Tells the host; what is not the guest's is never removed. */
void view_remove_range(const struct view *view, uint64_t from, uint64_t end);

#endif /* WEDGE_VIEW_TABLE_H */
