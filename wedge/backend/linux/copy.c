/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * copy.c - see copy.h.
 *
 * Invariant: no page has two copies; a site in use belongs to a copy in use.
 */
#include <wedge/guest_pages.h>
#include <wedge/lib.h>
#include "copy.h"

/* The page of each copy, plus one; 0: not in use. */
static uint64_t pages[LINUX_COPIES];
static struct copy_site sites[USER_SITES];
static uint32_t in_use, next_victim;

/* What each copy was made from. */
static uint8_t (*originals)[X86_PAGE_SIZE];

bool copies_init(void)
{
	originals = backend_allocate(LINUX_COPIES * sizeof(*originals));
	return originals;
}

uint32_t copy_next(uint64_t page, uint64_t count, uint32_t from)
{
	for (uint32_t i = from; in_use && i < LINUX_COPIES; i++) {
		if (pages[i] && pages[i] - 1 - page < count)
			return i;
	}
	return COPY_NONE;
}

uint64_t copy_page(uint32_t copy)
{
	return pages[copy] - 1;
}

uint64_t copy_physical(uint32_t copy)
{
	return machine.info.memory_bytes + (uint64_t)copy * X86_PAGE_SIZE;
}

uint8_t *copy_bytes(uint32_t copy)
{
	return memory_spare() + (uint64_t)copy * X86_PAGE_SIZE;
}

uint32_t copy_free(void)
{
	for (uint32_t i = 0; i < LINUX_COPIES; i++) {
		if (!pages[i])
			return i;
	}
	return COPY_NONE;
}

uint32_t copy_victim(void)
{
	do
		next_victim = (next_victim + 1) % LINUX_COPIES;
	while (!pages[next_victim]);
	return next_victim;
}

void copy_add(uint32_t copy, uint64_t page)
{
	const void *bytes = guest_page(page * X86_PAGE_SIZE);

	pages[copy] = page + 1;
	in_use++;
	memcpy(copy_bytes(copy), bytes, X86_PAGE_SIZE);
	memcpy(originals[copy], bytes, X86_PAGE_SIZE);
}

bool copy_differs(uint32_t copy)
{
	return memcmp(originals[copy], guest_page(copy_page(copy) * X86_PAGE_SIZE),
		      X86_PAGE_SIZE) != 0;
}

void copy_remove(uint32_t copy)
{
	for (unsigned int i = 0; i < USER_SITES; i++) {
		if (sites[i].copy == copy)
			sites[i].used = false;
	}
	pages[copy] = 0;
	in_use--;
}

uint32_t copy_add_site(const struct copy_site *site)
{
	for (uint32_t i = 0; i < USER_SITES; i++) {
		if (sites[i].used)
			continue;
		sites[i] = *site;
		sites[i].used = true;
		return i;
	}
	return COPY_NONE;
}

const struct copy_site *copy_site(uint64_t site)
{
	return site < USER_SITES && sites[site].used ? &sites[site] : NULL;
}

static bool goes_by(const struct copy_site *site, uint32_t hop)
{
	for (uint32_t i = 0; i < site->hops; i++) {
		if (site->hop[i] == hop)
			return true;
	}
	return false;
}

const struct copy_site *copy_site_at_hop(uint32_t copy, uint32_t hop)
{
	for (uint32_t i = 0; i < USER_SITES; i++) {
		if (sites[i].used && sites[i].copy == copy && goes_by(&sites[i], hop))
			return &sites[i];
	}
	return NULL;
}
