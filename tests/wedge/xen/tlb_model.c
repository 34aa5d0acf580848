/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tlb_model.c - see tlb_model.h.
 *
 * Invariant: holds nothing twice.
 */
#include "tlb_model.h"

enum { RIGHTS_ALL = X86_PTE_W | X86_PTE_U };

/* Entries of the tables of levels 4, 3 and 2; from PROGRAM_TOPS on, the kernel's. */
enum { PROGRAM_TOPS = 5 };
static const unsigned int layouts[2][TOPS][3] = {
	{{0, 0, 0},
	 {0, 0, 1},
	 {0, 1, 0},
	 {1, 0, 0},
	 {255, 511, 511},
	 {300, 0, 0},
	 {511, 510, 3},
	 {511, 511, 0},
	 {511, 511, 400}},
	{{0, 0, 0},
	 {0, 0, 1},
	 {0, 2, 0},
	 {1, 0, 0},
	 {127, 511, 511},
	 {0, 1, 0},
	 {0, 1, 400},
	 {129, 0, 0},
	 {236, 511, 3}},
};
static const unsigned int (*tops)[3] = layouts[0];

void places_choose(bool low)
{
	tops = layouts[low];
}

bool place_is_kernel(unsigned int place)
{
	return place / SLOTS >= PROGRAM_TOPS;
}

static unsigned int index_at(unsigned int top, unsigned int level)
{
	return tops[top][4 - level];
}

static unsigned int slot_index(unsigned int slot)
{
	return slot < SLOTS / 2 ? slot : ENTRIES - SLOTS + slot;
}

uint64_t place_address(unsigned int place)
{
	unsigned int top = place / SLOTS;
	uint64_t va = (uint64_t)tops[top][0] << 39 | (uint64_t)tops[top][1] << 30 |
		      (uint64_t)tops[top][2] << 21 | slot_index(place % SLOTS) << 12;

	return tops[top][0] < ENTRIES / 2 ? va : va | 0xffffull << 48;
}

void tlb_hold_leaf(struct tlb *tlb, unsigned int place, struct held h)
{
	struct held *held = tlb->leaves[place];
	unsigned int i = 0;

	if (!h.prot)
		return;
	for (; i < HELD && held[i].prot; i++) {
		if (held[i].page == h.page && !(h.prot & ~held[i].prot) &&
		    held[i].global == h.global && held[i].large == h.large)
			return;
	}
	if (i < HELD)
		held[i] = h;
	else
		tlb->overflow = true;
}

static void hold_table(struct tlb *tlb, unsigned int level, unsigned int top, struct held_table t)
{
	struct held_table *held = tlb->tables[level][top];
	unsigned int i = 0;

	for (; i < HELD && held[i].table; i++) {
		if (held[i].table == t.table && held[i].rights == t.rights)
			return;
	}
	if (i < HELD)
		held[i] = t;
	else
		tlb->overflow = true;
}

/* W and U are there if all entries have them, NX is if one has. */
static uint64_t with(uint64_t rights, uint64_t entry)
{
	return (rights & entry & RIGHTS_ALL) | ((rights | entry) & X86_PTE_NX);
}

static void hold_large(struct tlb *tlb, unsigned int top, uint64_t e, uint64_t rights)
{
	struct held h = tlb->leaf(tlb->view, e & ~(uint64_t)X86_PTE_PS, rights);
	uint64_t first = (e & X86_PTE_ADDRESS_2M) / PAGE;

	h.large = true;
	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		h.page = first + slot_index(slot);
		tlb_hold_leaf(tlb, top * SLOTS + slot, h);
	}
}

static void hold_leaves(struct tlb *tlb, unsigned int top, struct held_table t)
{
	const uint64_t *entries = tlb->entries(t.table);

	for (unsigned int slot = 0; entries && slot < SLOTS; slot++) {
		uint64_t e = entries[slot_index(slot)];

		if (e & X86_PTE_P)
			tlb_hold_leaf(tlb, top * SLOTS + slot, tlb->leaf(tlb->view, e, t.rights));
	}
}

/* What the entry of a table that leads to the next level adds. */
static void hold_next(struct tlb *tlb, unsigned int level, unsigned int top, struct held_table t)
{
	const uint64_t *entries = tlb->entries(t.table);
	uint64_t e = entries ? entries[index_at(top, level)] : 0;
	struct held_table next = {(e & X86_PTE_ADDRESS) / PAGE, with(t.rights, e)};

	if (!(e & X86_PTE_P))
		return;
	if (level == 2 && (e & X86_PTE_PS))
		hold_large(tlb, top, e, t.rights);
	else
		hold_table(tlb, level - 1, top, next);
}

void tlb_hold(struct tlb *tlb)
{
	for (unsigned int top = 0; top < TOPS && tlb->root; top++) {
		hold_next(tlb, 4, top, (struct held_table){tlb->root, RIGHTS_ALL});
		for (unsigned int level = 3; level; level--) {
			for (unsigned int i = 0; i < HELD; i++) {
				struct held_table t = tlb->tables[level][top][i];

				if (t.table && level > 1)
					hold_next(tlb, level, top, t);
				else if (t.table)
					hold_leaves(tlb, top, t);
			}
		}
	}
}

static void forget_tables_of(struct tlb *tlb, unsigned int top)
{
	for (unsigned int level = 1; level < 4; level++)
		memset(tlb->tables[level][top], 0, sizeof(tlb->tables[level][top]));
}

void tlb_forget_tables(struct tlb *tlb)
{
	memset(tlb->tables, 0, sizeof(tlb->tables));
}

void tlb_forget(struct tlb *tlb, bool keep_global)
{
	for (unsigned int top = 0; top < TOPS; top++) {
		if (!keep_global || top < PROGRAM_TOPS)
			forget_tables_of(tlb, top);
	}
	for (unsigned int place = 0; place < PLACES; place++) {
		struct held old[HELD];

		memcpy(old, tlb->leaves[place], sizeof(old));
		memset(tlb->leaves[place], 0, sizeof(old));
		for (unsigned int i = 0; keep_global && i < HELD; i++) {
			if (old[i].global)
				tlb_hold_leaf(tlb, place, old[i]);
		}
	}
}

void tlb_forget_place(struct tlb *tlb, unsigned int place)
{
	unsigned int top = place / SLOTS;

	forget_tables_of(tlb, top);
	for (unsigned int other = top * SLOTS; other < (top + 1) * SLOTS; other++) {
		struct held *held = tlb->leaves[other];
		unsigned int kept = 0;

		for (unsigned int i = 0; i < HELD; i++) {
			struct held h = held[i];

			held[i] = (struct held){0};
			if (h.prot && !h.large && other != place)
				held[kept++] = h;
		}
	}
}

bool tlb_allows(const struct tlb *tlb, unsigned int place, struct held h)
{
	for (unsigned int i = 0; i < HELD; i++) {
		const struct held *held = &tlb->leaves[place][i];

		if (held->prot && held->page == h.page && !(h.prot & ~held->prot))
			return true;
	}
	return false;
}
