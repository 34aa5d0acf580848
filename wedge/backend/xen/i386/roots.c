/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roots.c - the roots of a 32-bit kernel's spaces. A root leads to four tables, which stand for the
 * quarters of a directory. Loading one costs half of what changing two entries of the loaded one
 * and flushing the TLB does (measured).
 *
 * The third table is the same in all roots: kernels keep that quarter of their directories equal,
 * and one of each space's own would cost an entry for each 2 MiB of memory at every fork. The last
 * table is each root's own, since Xen keeps its entries there and refuses to share it
 * (xen/arch/x86/mm.c, pae_xen_mappings_check), nor takes it as a table that is pinned by itself. It
 * holds the wedge and the physmap; the guest has but its first entries. So roots are made with it
 * once and kept for other spaces.
 *
 * Invariant: there are at least two roots, for the space that is loaded and the one that will be.
 */
#include "roots.h"

#include <wedge/lib.h>
#include "../table_pool.h"
#include "physmap.h"

enum {
	ROOT_FLAGS = X86_PTE_P, /* PAE has no rights there (SDM 3A section 4.4.1) */
	NEW_PAGES = 8,		/* two tables, and what the wedge keeps beside them */
};

static struct shadow *free_roots; /* linked by `next` */
static struct shadow *shared;

static uint64_t root_entry(uint64_t page)
{
	return xen_machine(page) | ROOT_FLAGS;
}

static struct shadow *adopt(uint64_t page, uint64_t last, uint64_t guest)
{
	struct shadow *root = table_pool_adopt(XEN_LEVELS, page);

	root->source = SHADOW_OF_NONE;
	root->children[ROOTS_SHARED] = shared;
	root->children[ROOTS_LAST] = shadow_adopt(table_pool_adopt(2, last), SHADOW_KERNEL,
						  SHADOW_OVERLAY, guest, ROOTS_LAST);
	return root;
}

static struct shadow *make(uint64_t guest)
{
	uint64_t page, last, *entries;

	if (!table_pool_may_grow(NEW_PAGES)) {
		table_pool_refused = true;
		return NULL;
	}
	last = memory_heap_page();
	memset(xen_page(last), 0, PAGE);
	physmap_fill(xen_page(last), last);
	page = memory_heap_page();
	entries = xen_page(page);
	memset(entries, 0, PAGE);
	entries[ROOTS_SHARED] = root_entry(shared->page);
	entries[ROOTS_LAST] = root_entry(last);
	table_pool_protect(last);
	table_pool_protect(page);
	update_extended(MMUEXT_PIN_L3_TABLE, xen.p2m[page]);
	return adopt(page, last, guest);
}

static void put(struct shadow *root)
{
	root->next = free_roots;
	free_roots = root;
}

/* The tables that boot.c has made are the first root, which is loaded. */
static void start(uint64_t guest)
{
	shared = shadow_adopt(table_pool_adopt(2, xen.kernel_l2[0]), SHADOW_KERNEL, SHADOW_PLAIN,
			      guest, ROOTS_SHARED);
	put(make(guest));
	put(adopt(xen.boot_table, xen.kernel_l2[1], guest));
}

struct shadow *roots_take(uint64_t guest)
{
	struct shadow *root;

	if (!shared)
		start(guest);
	root = free_roots;
	if (!root)
		return make(guest);
	free_roots = root->next;
	shadow_follow(root->children[ROOTS_LAST], guest);
	return root;
}

void roots_hook(struct shadow *root, unsigned int part, struct shadow *table)
{
	root->children[part] = table;
	update_entry(root->page, part, root_entry(table->page));
}

void roots_give(struct shadow *root)
{
	struct shadow *last = root->children[ROOTS_LAST];

	for (unsigned int n = 0; n < VIEWS_PROGRAM_PARTS; n++) {
		root->children[n] = NULL;
		update_entry(root->page, n, 0);
	}
	for (unsigned int i = 0; i < TABLES_OWN_FIRST; i++) {
		if (shadow_present(last, i) || shadow_child(last, i))
			shadow_clear(last, i);
	}
	put(root);
}
