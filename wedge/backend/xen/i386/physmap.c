/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * physmap.c - the physmap of a 32-bit wedge. If a domain has more memory than the wedge has
 * addresses, a part of the physmap slides: a block of 2 MiB is mapped when it is used, in place of
 * the one that was not used for longest. There are last-level tables for all memory, so a slide is
 * one entry of the table above them, and a flush of the TLB.
 *
 * What the wedge keeps pointers to is mapped for ever: what Xen's builder made, and the heap. So is
 * as much of the first memory as there are addresses for.
 *
 * Invariant: a pointer stays good while fewer other blocks are asked for than slide. What the vCPU
 * keeps for longer is dropped at each slide.
 */
#include <wedge/guest_memory.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "physmap.h"

enum { BLOCK_BYTES = ENTRIES * PAGE };

uint32_t physmap_fixed;

/* Where each block of guest-physical memory is mapped; NULL: nowhere. */
static char *blocks_at[(1ull << 32) / BLOCK_BYTES];

/* What each slot maps, and when that was used last. */
static struct slot {
	unsigned int block;
	uint64_t used;
} slots[PHYSMAP_SLOTS];
static unsigned int used_slots, first_sliding, end_sliding;
static uint64_t uses;

/* The tables in which the physmap is hooked: one for each root. */
enum { TABLES_MAX = 64 };
static uint64_t tables[TABLES_MAX];
static unsigned int table_count;

static void set_slot(unsigned int slot, unsigned int block)
{
	slots[slot].block = block;
	blocks_at[block] = (char *)XEN_PHYSMAP + (size_t)slot * BLOCK_BYTES;
}

static unsigned int blocks_of(uint64_t pages)
{
	return (unsigned int)((pages + ENTRIES - 1) / ENTRIES);
}

bool physmap_choose(unsigned int count, uint64_t kept_pages, unsigned int sliding)
{
	unsigned int blocks = blocks_of(xen.pages), heap = (unsigned int)(xen.heap / ENTRIES);
	unsigned int heap_blocks = blocks_of(xen.heap_end) - heap;

	memset(blocks_at, 0, sizeof(blocks_at));
	used_slots = first_sliding = end_sliding = blocks;
	if (blocks > count) {
		used_slots = count;
		if (blocks_of(kept_pages) + sliding + heap_blocks > count ||
		    heap + heap_blocks < count)
			return false;
		end_sliding = count - heap_blocks;
		first_sliding = end_sliding - sliding;
	}
	physmap_fixed = first_sliding * ENTRIES;
	/* The heap is behind all that the other slots map first. */
	for (unsigned int slot = 0; slot < used_slots; slot++)
		set_slot(slot, slot < end_sliding ? slot : heap + slot - end_sliding);
	return true;
}

static uint64_t slot_entry(unsigned int slot)
{
	return xen_machine(xen.physmap_l1 + slots[slot].block) | X86_PTE_P | X86_PTE_W | X86_PTE_A |
	       X86_PTE_D | X86_PTE_NX;
}

static unsigned int slot_index(unsigned int slot)
{
	return TABLES_OWN_FIRST + 1 + slot;
}

void physmap_fill(uint64_t *entries, uint64_t page)
{
	if (table_count == TABLES_MAX)
		wedge_fatal("too many spaces for the physmap");
	tables[table_count++] = page;
	entries[TABLES_OWN_FIRST] =
		xen_machine(xen.wedge_l1) | X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D;
	for (unsigned int slot = 0; slot < used_slots; slot++)
		entries[slot_index(slot)] = slot_entry(slot);
}

/* Xen looks at all entries of a table when it is hooked, unless it is pinned (table_pool.c). */
void physmap_init(void)
{
	for (unsigned int block = first_sliding;
	     used_slots < blocks_of(xen.pages) && block < blocks_of(xen.pages); block++)
		update_extended(MMUEXT_PIN_L1_TABLE, xen.p2m[xen.physmap_l1 + block]);
}

static unsigned int oldest_slot(void)
{
	unsigned int oldest = first_sliding;

	for (unsigned int slot = first_sliding; slot < end_sliding; slot++) {
		if (slots[slot].used < slots[oldest].used)
			oldest = slot;
	}
	return oldest;
}

static void slide(unsigned int block)
{
	struct vcpu *v = vcpu_this();
	unsigned int slot = oldest_slot();

	xen_count(COUNT_PHYSMAP_SLIDES);
	blocks_at[slots[slot].block] = NULL;
	set_slot(slot, block);
	for (unsigned int i = 0; i < table_count; i++)
		update_entry(tables[i], slot_index(slot), slot_entry(slot));
	update_flush_tlb();
	guest_forget_all(v);
	v->no_stack.page = 0;
}

void *physmap_page(uint64_t page)
{
	unsigned int block = (unsigned int)(page / ENTRIES);
	size_t slot;

	if (page >= xen.pages)
		wedge_fatal("the wedge looks for memory at page %llx, behind the domain's last",
			    (unsigned long long)page);
	if (!blocks_at[block])
		slide(block);
	slot = (size_t)(blocks_at[block] - (char *)XEN_PHYSMAP) / BLOCK_BYTES;
	slots[slot].used = ++uses;
	return blocks_at[block] + page % ENTRIES * PAGE;
}
