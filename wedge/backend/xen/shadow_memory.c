/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow_memory.c - what pages that lose memory, or get it (balloon.c), mean for shadow tables.
 *
 * Invariant: entries are changed by shadow_update() alone, so they follow the rules of shadow.c.
 */
#include <wedge/lib/bits.h>
#include "shadow.h"

bool shadow_has_table(uint64_t page)
{
	for (unsigned int level = 1; level <= XEN_LEVELS; level++) {
		for (const struct shadow *s = shadow_chain_of(page, level); s; s = s->next) {
			if (s->guest == page && s->level == level && s->source == SHADOW_OF_TABLE)
				return true;
		}
	}
	return false;
}

/* An entry leads to the page of all ones exactly if the page that was meant is not the guest's. */
static void follow_leaf(struct shadow *s, unsigned int index)
{
	uint64_t absent = xen_machine(xen.absent_page);
	bool leads_there = (shadow_value(s, index) & X86_PTE_ADDRESS) == absent;

	if (leads_there == memory_is_guest((s->seen[index] & X86_PTE_ADDRESS) / PAGE))
		shadow_update(s, index, false);
}

void shadow_follow_memory(void)
{
	update_flush(); /* what Xen's tables hold is compared */
	for (unsigned int b = 0; b < SHADOW_CHAINS; b++) {
		for (struct shadow *s = shadow_chain(b); s; s = s->next) {
			if (s->level > 1 || s->source != SHADOW_OF_TABLE)
				continue;
			for (unsigned int w = 0; w < ENTRIES / 64; w++)
				for (uint64_t bits = s->present[w]; bits; bits &= bits - 1)
					follow_leaf(s, w * 64 + u64_lowest_bit(bits));
		}
	}
}

void shadow_follow_split(uint64_t page)
{
	uint64_t first = page & ~(uint64_t)(ENTRIES - 1);

	for (struct shadow *s = shadow_chain_of(first, 1); s; s = s->next) {
		if (s->guest == first && s->level == 1 && s->source == SHADOW_OF_LARGE)
			shadow_update(s, (unsigned int)(page - first), true);
	}
}
