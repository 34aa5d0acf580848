/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paging.c - memory and page tables (paging.h).
 *
 * Invariant: table pages come from the pool and are zero when they are hooked.
 */
#include "paging.h"
#include "micro.h"

extern char pool_start[], pool_end[], user_start[], user_end[], user_image[];

static char *pages, *blocks;

void *page_new(void)
{
	char *page = pages;

	if (page + PAGE > blocks)
		broken("the page pool is used up");
	pages += PAGE;
	return memset(page, 0, PAGE);
}

void *block_new(void)
{
	if (pages + BLOCK > blocks)
		broken("the page pool is used up");
	blocks -= BLOCK;
	return memset(blocks, 0, BLOCK);
}

word physical(const void *at)
{
	word address = (word)at;

	return address - (address >= DIRECT_BASE ? DIRECT_BASE : KERNEL_BASE);
}

void *kernel_pointer(word physical_address)
{
	return (void *)(physical_address + DIRECT_BASE);
}

word root_now(void)
{
	return read_cr3() & PTE_ADDRESS;
}

word table_index(word va, unsigned int level)
{
	return va >> (12 + INDEX_BITS * (level - 1)) & (TABLE_ENTRIES - 1);
}

word *entry_of(word root, word va, unsigned int level)
{
	word *table = kernel_pointer(root);

	for (unsigned int at = TOP_LEVEL;; at--) {
		word *entry = &table[table_index(va, at)];

		if (at == level)
			return entry;
		if (!(*entry & PTE_P))
			*entry = physical(page_new()) | PTE_P | PTE_W | PTE_U;
		table = kernel_pointer(*entry & PTE_ADDRESS);
	}
}

word *leaf(word va)
{
	return entry_of(root_now(), va, 1);
}

void map(word va, word physical_address, word flags)
{
	*leaf(va) = physical_address | flags | PTE_P;
}

void unmap(word va)
{
	*leaf(va) = 0;
}

word root_new(void)
{
	word *table = page_new();

	root_copy_kernel(table);
	return physical(table);
}

/* Copies boot_root's entries at USER_LEVEL for `first` to `last`, that one included. */
static void root_copy(word *table, word first, word last)
{
	const word size = (word)1 << (12 + INDEX_BITS * (USER_LEVEL - 1));

	for (word va = first; va - first <= last - first; va += size)
		*entry_of(physical(table), va, USER_LEVEL) =
			*entry_of(physical(boot_root), va, USER_LEVEL);
}

void root_copy_kernel(word *table)
{
	memcpy(table + KERNEL_SLOT, boot_root + KERNEL_SLOT,
	       (TABLE_ENTRIES - KERNEL_SLOT) * sizeof(*table));
	root_copy(table, KERNEL_BASE, KERNEL_BASE);
}

void root_copy_user(word *table)
{
	root_copy(table, USER_BASE, USER_DATA);
}

static void identity_map_leave(void)
{
	for (word va = 0; va < (word)MAPPED_BLOCKS << BLOCK_SHIFT; va += BLOCK)
		*entry_of(physical(boot_root), va, USER_LEVEL) = 0;
}

void paging_init(void)
{
	pages = kernel_pointer(physical(pool_start));
	blocks = kernel_pointer(physical(pool_end) & ~(BLOCK - 1));
	identity_map_leave();
	for (word at = 0; at < (word)(user_end - user_start); at += PAGE)
		map(USER_BASE + at, physical(user_image + at), PTE_U);
	map(USER_STACK - PAGE, physical(page_new()), PTE_U | PTE_W);
	map(USER_DATA, physical(page_new()), PTE_U | PTE_W);
	write_cr4(read_cr4() & ~CR4_PGE);
	write_cr4(read_cr4() | CR4_PGE);
	write_cr3(physical(boot_root));
}
