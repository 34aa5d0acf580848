/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tlb_model.c - see tlb_model.h.
 *
 * Invariant: holds nothing twice.
 */
#include "tlb_model.h"

enum { RIGHTS_ALL = X86_PTE_W | X86_PTE_U };

static const uint64_t *tops;

void places_choose(const uint64_t chosen[TOPS])
{
	tops = chosen;
}

bool place_is_kernel(unsigned int place)
{
	return place / SLOTS >= PROGRAM_TOPS;
}

static unsigned int slot_index(unsigned int slot)
{
	return slot < SLOTS / 2 ? slot : ENTRIES - SLOTS + slot;
}

uint64_t place_address(unsigned int place)
{
	return tops[place / SLOTS] + slot_index(place % SLOTS) * PAGE;
}

void tlb_hold_leaf(struct tlb *tlb, unsigned int place, struct held h)
{
	struct held *held = tlb->leaves[place];
	unsigned int i = 0;

	if (!h.prot)
		return;
	for (; i < HELD && held[i].prot; i++) {
		if (held[i].page == h.page && !(h.prot & ~held[i].prot) &&
		    held[i].global == h.global && held[i].large == h.large &&
		    held[i].user == h.user)
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
	uint64_t size = 1ull << tlb->large_shift, first = (e & X86_PTE_ADDRESS) & ~(size - 1);

	h.large = true;
	for (unsigned int place = top * SLOTS; place < (top + 1) * SLOTS; place++) {
		h.page = (first | (place_address(place) & (size - 1))) / PAGE;
		tlb_hold_leaf(tlb, place, h);
	}
}

static void hold_leaves(struct tlb *tlb, unsigned int top, struct held_table t)
{
	for (unsigned int place = top * SLOTS; place < (top + 1) * SLOTS; place++) {
		uint64_t e = tlb->entry(t.table, 1, place_address(place));

		if (e & X86_PTE_P)
			tlb_hold_leaf(tlb, place, tlb->leaf(tlb->view, e, t.rights));
	}
}

/* What the entry of a table that leads to the next level adds. */
static void hold_next(struct tlb *tlb, unsigned int level, unsigned int top, struct held_table t)
{
	uint64_t e = tlb->entry(t.table, level, tops[top]);
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
		hold_next(tlb, tlb->levels, top, (struct held_table){tlb->root, RIGHTS_ALL});
		for (unsigned int level = tlb->levels - 1; level; level--) {
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

/* Forgets the tables on the way to a place, and of the translations below that entry, `place`'s and
 * those of large pages. */
static void forget_below(struct tlb *tlb, unsigned int top, unsigned int place)
{
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

void tlb_forget_place(struct tlb *tlb, unsigned int place)
{
	for (unsigned int top = 0; top < TOPS; top++) {
		if (!((tops[top] ^ place_address(place)) >> tlb->large_shift))
			forget_below(tlb, top, place);
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
