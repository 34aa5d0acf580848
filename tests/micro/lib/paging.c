/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paging.c - memory and page tables (paging.h).
 *
 * Invariant: table pages come from the pool and are zero when they are hooked.
 */
#include "paging.h"
#include "micro.h"

extern uint64_t boot_l4[512];
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

uint64_t physical(const void *at)
{
	return (uint64_t)at - KERNEL_BASE;
}

void *kernel_pointer(uint64_t physical_address)
{
	return (void *)(physical_address + KERNEL_BASE);
}

uint64_t root_now(void)
{
	return read_cr3() & PTE_ADDRESS;
}

uint64_t *entry_of(uint64_t root, uint64_t va, unsigned int level)
{
	uint64_t *table = kernel_pointer(root);

	for (unsigned int at = 4;; at--) {
		uint64_t *entry = &table[va >> (12 + 9 * (at - 1)) & 511];

		if (at == level)
			return entry;
		if (!(*entry & PTE_P))
			*entry = physical(page_new()) | PTE_P | PTE_W | PTE_U;
		table = kernel_pointer(*entry & PTE_ADDRESS);
	}
}

uint64_t *leaf(uint64_t va)
{
	return entry_of(root_now(), va, 1);
}

void map(uint64_t va, uint64_t physical_address, uint64_t flags)
{
	*leaf(va) = physical_address | flags | PTE_P;
}

void unmap(uint64_t va)
{
	*leaf(va) = 0;
}

uint64_t root_new(void)
{
	uint64_t *table = page_new();

	memcpy(table + 256, boot_l4 + 256, 256 * sizeof(*table));
	return physical(table);
}

void paging_init(void)
{
	pages = pool_start;
	blocks = (char *)((uint64_t)pool_end & ~(BLOCK - 1));
	boot_l4[0] = 0;
	for (uint64_t at = 0; at < (uint64_t)(user_end - user_start); at += PAGE)
		map(USER_BASE + at, physical(user_image + at), PTE_U);
	map(USER_STACK - PAGE, physical(page_new()), PTE_U | PTE_W);
	map(USER_DATA, physical(page_new()), PTE_U | PTE_W);
	write_cr4(read_cr4() & ~CR4_PGE);
	write_cr4(read_cr4() | CR4_PGE);
	write_cr3(physical(boot_l4));
}
