/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.c - from a text to a pointer: open addressing, at most half full.
 *
 * Invariant: a key's slot is found before the first free slot behind its hash.
 */
#include "table.h"

#include "diag.h"

#include <stdint.h>
#include <stdlib.h>

static size_t hash(const void *scope, struct span key)
{
	uint64_t h = (uint64_t)(uintptr_t)scope * 0x9e3779b97f4a7c15u;

	for (const char *p = key.begin; p < key.end; p++)
		h = (h ^ (unsigned char)*p) * 0x100000001b3u;
	return (size_t)(h ^ h >> 29);
}

static struct table_slot *slot_of(const struct table *t, const void *scope, struct span key)
{
	size_t at = hash(scope, key) & (t->capacity - 1);

	while (t->slots[at].value &&
	       (t->slots[at].scope != scope || !span_equal(t->slots[at].key, key)))
		at = (at + 1) & (t->capacity - 1);
	return &t->slots[at];
}

static void grow(struct table *t)
{
	struct table larger = {.count = t->count, .capacity = t->capacity ? 2 * t->capacity : 64};

	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		die("out of memory");
	for (size_t i = 0; i < t->capacity; i++)
		if (t->slots[i].value)
			*slot_of(&larger, t->slots[i].scope, t->slots[i].key) = t->slots[i];
	free(t->slots);
	*t = larger;
}

void *table_find(const struct table *t, const void *scope, struct span key)
{
	return t->count ? slot_of(t, scope, key)->value : NULL;
}

void table_set(struct table *t, const void *scope, struct span key, void *value)
{
	struct table_slot *slot;

	if (2 * t->count >= t->capacity)
		grow(t);
	slot = slot_of(t, scope, key);
	if (!slot->value)
		t->count++;
	*slot = (struct table_slot){scope, key, value};
}

void table_free(struct table *t)
{
	free(t->slots);
	*t = (struct table){0};
}
