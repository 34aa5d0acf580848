/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.c - see walk.h.
 *
 * Invariant: an entry that names no memory counts as absent.
 */
#include "walk.h"
#include "launcher.h"

#include <string.h>

/* Bits of page table entries and control registers. */
enum { ENTRY_PRESENT = 1 << 0, ENTRY_LARGE = 1 << 7, CR4_PSE = 1 << 4 };
#define CR0_PG (UINT64_C(1) << 31)

/* How page tables of a kind are built. Sizes in bits. */
struct paging {
	unsigned int levels, index, entry_bytes, address;
	uint64_t frame; /* of an entry, the bits of the address that it names */
};

static const struct paging paging_i386 = {2, 10, 4, 32, 0xfffff000};
/* The upper half of the 48 bits is the host's. */
static const struct paging paging_x86_64 = {4, 9, 8, 47, 0x000ffffffffff000};

static const struct paging *paging_of(const struct target *target)
{
	return target->kernel->wide ? &paging_x86_64 : &paging_i386;
}

uint64_t walk_end(const struct target *target)
{
	return UINT64_C(1) << paging_of(target)->address;
}

/* An entry in guest-physical memory; entries outside are absent. */
static uint64_t entry_at(const struct target *target, const struct paging *p, uint64_t physical)
{
	uint64_t value = 0;

	if (physical < target->bytes && target->bytes - physical >= p->entry_bytes)
		memcpy(&value, target->memory + physical, p->entry_bytes);
	return value;
}

/* Is it a page, at this level? 1 GiB pages are no page size of i386. */
static bool is_page(const struct target *target, unsigned int level, uint64_t entry)
{
	if (level == 0)
		return true;
	if (!(entry & ENTRY_LARGE) || level > 2)
		return false;
	return target->kernel->wide || target->debug->registers.cr4 & CR4_PSE;
}

static bool walk_tables(const struct target *target, uint64_t linear, uint64_t *physical,
			uint64_t *span)
{
	const struct paging *p = paging_of(target);
	uint64_t table = target->debug->registers.cr3 & p->frame;

	for (unsigned int level = p->levels - 1;; level--) {
		unsigned int shift = 12 + level * p->index;
		uint64_t index = linear >> shift & ((UINT64_C(1) << p->index) - 1);
		uint64_t entry = entry_at(target, p, table + index * p->entry_bytes);

		*span = UINT64_C(1) << shift;
		if (!(entry & ENTRY_PRESENT))
			return false;
		table = entry & p->frame;
		if (!is_page(target, level, entry))
			continue;
		*physical = (table & ~(*span - 1)) | (linear & (*span - 1));
		return *physical < target->bytes;
	}
}

bool walk_is_early(const struct target *target)
{
	uint64_t physical, span;

	if (!(target->debug->registers.cr0 & CR0_PG))
		return true;
	return target->kernel->wide &&
	       !walk_tables(target, target->kernel->segments[0].virtual, &physical, &span);
}

/* Where the kernel's image will be seen, or its own address. */
static bool walk_early(const struct target *target, uint64_t linear, uint64_t *physical)
{
	*physical = linear < target->bytes ? linear : linear - target->kernel->direct_map;
	return *physical < target->bytes;
}

bool walk(const struct target *target, uint64_t linear, uint64_t *physical, uint64_t *span)
{
	*span = PAGE_BYTES;
	if (linear >= walk_end(target))
		return false;
	return walk_is_early(target) ? walk_early(target, linear, physical)
				     : walk_tables(target, linear, physical, span);
}
