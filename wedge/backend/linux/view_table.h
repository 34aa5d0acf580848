/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_table.h - what the files of the shadow MMU share: the guest's entries and what they allow,
 * and the tables that remember them.
 *
 * Invariant: see view.h; only view*.c include this.
 */
#ifndef WEDGE_BACKEND_LINUX_VIEW_TABLE_H
#define WEDGE_BACKEND_LINUX_VIEW_TABLE_H

#include "view.h"

enum { LARGE = 1 << VIEW_TABLE_SHIFT, PAGE = X86_PAGE_SIZE };

#define FRAME 0xfffff000u

/* Bits of `present` and `released`. */
static inline bool view_get(const uint64_t *bits, unsigned int n)
{
	return bits[n / 64] >> n % 64 & 1;
}

static inline void view_set(uint64_t *bits, unsigned int n, bool value)
{
	uint64_t bit = 1ull << n % 64;

	bits[n / 64] = value ? bits[n / 64] | bit : bits[n / 64] & ~bit;
}

/* The guest's entry is a page of 4 MiB, where CR4.PSE allows that. */
bool view_is_large(uint32_t pde);

/* The guest has memory where the entry points. */
bool view_is_memory(uint32_t entry);

/* CR0.PG. */
bool view_paging(void);

/* The guest's table below an entry, and its top-level table; NULL if that is no memory. */
const uint32_t *view_guest_table(uint32_t pde);
const uint32_t *view_guest_top(void);

/*
 * The host's rights for a leaf below `pde`; 0: must not be mapped. A leaf whose accessed bit is
 * clear must fault, so that it is set; one that is not dirty must not be writable.
 */
unsigned int view_rights(const struct view *view, uint32_t pde, uint32_t leaf);

/* The same for a page of a table: code of the kernel's that has been looked at may be executed. */
unsigned int view_page_rights(const struct view *view, const struct view_table *t, unsigned int n,
			      uint32_t leaf);

/* The page is not mapped any more; what is mapped there next counts as new code. */
void view_note_removed(struct view_table *t, unsigned int n);

/* Makes a table that remembers nothing yet and is hooked nowhere; gives one up. */
struct view_table *view_new_table(uint32_t pde);
void view_drop_table(struct view *view, unsigned int top);

/* Tells the host; neither the window nor the door is ever the guest's. */
void view_remove_range(const struct view *view, uint64_t from, uint64_t end);

/* The same table, or the same large page with the same rights, is still hooked (view_sync.c). */
bool view_same_table(const struct view *view, const struct view_table *t, uint32_t now);

#endif /* WEDGE_BACKEND_LINUX_VIEW_TABLE_H */
