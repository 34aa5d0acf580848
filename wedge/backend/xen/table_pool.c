/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_pool.c - makes pages into tables that Xen accepts, and keeps those that are free again.
 *
 * To hook a table costs 1,200 instructions if Xen has validated it, and 10,000 if not (measured).
 * So tables stay pinned for ever, and change their level only if the heap has no page left.
 *
 * Invariant: the TLB is flushed between a table's return to the pool and its next use. Until then a
 * processor may still use a table that no entry points to (SDM 3A section 4.10.2.2).
 */
#include <wedge/lib.h>
#include "table_pool.h"

enum {
	LEVELS = XEN_LEVELS,
	/*
	 * Pages of the heap that are kept for other uses: descriptor tables, sites of modules ...
	 */
	KEPT_FOR_OTHERS = 64,
	/* ... and for the lists of children that tables need which change their level. */
	KEPT_FOR_CHANGES = 64,
};

/*
 * The tables that are free, by what Xen takes them for: their level, but Xen takes its own table of
 * frames out of a top-level table that is loaded as the user's, and never puts it back. The wedge
 * would fault under such a table.
 */
enum { USER_ROOTS = LEVELS + 1, KINDS };

/* Oldest first: the TLB was flushed since a table came back, most of the time. */
static struct free_tables {
	struct shadow *first, *last;
} free_tables[KINDS];

static unsigned int kind_of(unsigned int level, unsigned int role)
{
	return XEN_VIEWS == 2 && level == LEVELS && role == SHADOW_USER ? USER_ROOTS : level;
}

bool table_pool_refused;

static const unsigned int pin_command[] = {
	0, MMUEXT_PIN_L1_TABLE, MMUEXT_PIN_L2_TABLE, MMUEXT_PIN_L3_TABLE, MMUEXT_PIN_L4_TABLE,
};

static void pin(struct shadow *s, unsigned int level)
{
	s->level = (uint8_t)level;
	update_extended(pin_command[level], xen.p2m[s->page]);
}

/* Allocates the list of tables below, which a table of the last level does not need. */
static bool give_children(struct shadow *s, unsigned int level)
{
	if (level > 1 && !s->children && memory_heap_has(KEPT_FOR_OTHERS + 1))
		s->children = backend_allocate(ENTRIES * sizeof(*s->children));
	return level == 1 || s->children;
}

/* What the wedge keeps beside a table. */
static struct shadow *new_shadow(unsigned int level, uint64_t page)
{
	struct shadow *s = backend_allocate(sizeof(*s));

	s->seen = backend_allocate(ENTRIES * sizeof(*s->seen));
	give_children(s, level);
	s->page = (uint32_t)page;
	return s;
}

struct shadow *table_pool_adopt(unsigned int level, uint64_t page)
{
	struct shadow *s = new_shadow(level, page);

	s->level = (uint8_t)level;
	return s;
}

void table_pool_protect(uint64_t page)
{
	update_entry(xen.physmap_l1 + page / ENTRIES, page % ENTRIES,
		     xen_machine(page) | X86_PTE_P | X86_PTE_A | X86_PTE_D);
}

bool table_pool_may_grow(unsigned int pages)
{
	return memory_heap_has(KEPT_FOR_OTHERS + KEPT_FOR_CHANGES + pages);
}

/* A page of the heap that Xen accepts as a table: empty, read-only everywhere, pinned. */
static struct shadow *new_table(unsigned int level)
{
	struct shadow *s;
	uint64_t page;

	if (!table_pool_may_grow(0))
		return NULL;
	xen_count(COUNT_TABLES_MADE);
	page = memory_heap_page();
	s = new_shadow(level, page);
	memset(xen_page(page), 0, PAGE);
	table_pool_protect(page);
	pin(s, level);
	return s;
}

static struct shadow *take_free(unsigned int kind)
{
	struct shadow *s = free_tables[kind].first;

	if (!s)
		return NULL;
	free_tables[kind].first = s->next;
	if (s->round == update_tlb_flushes())
		update_flush_tlb();
	return s;
}

/*
 * Changes a free table of another kind. Upper levels first: they have a list of children already.
 */
static struct shadow *change_level(unsigned int level)
{
	for (unsigned int other = KINDS - 1; other; other--) {
		struct shadow *s = free_tables[other].first;

		if (!s || !give_children(s, level))
			continue;
		take_free(other);
		update_extended(MMUEXT_UNPIN_TABLE, xen.p2m[s->page]);
		pin(s, level);
		return s;
	}
	return NULL;
}

struct shadow *table_pool_take(unsigned int level, enum shadow_role role)
{
	struct shadow *s = take_free(kind_of(level, role));

	if (!s)
		s = new_table(level);
	if (!s)
		s = change_level(level);
	table_pool_refused |= !s;
	return s;
}

void table_pool_give(struct shadow *s)
{
	struct free_tables *free = &free_tables[kind_of(s->level, s->role)];

	s->round = update_tlb_flushes();
	s->next = NULL;
	if (free->first)
		free->last->next = s;
	else
		free->first = s;
	free->last = s;
}
