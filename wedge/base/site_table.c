/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * site_table.c - the sites of the kernel and its modules, hashed by address.
 *
 * A fixed array: a guest with more sites than fit is refused at boot rather than slowed down later.
 *
 * Invariant: chains hold indices, so the table needs no address fixed at link time and can be used
 * before and after the wedge moves to its final address.
 */
#include <wedge/backend.h>
#include <wedge/lib.h>
#include <wedge/site_table.h>

enum { BUCKETS = 4096 };

/* Lives in memory that the back end gives: too large for the wedge's image. */
static struct site *sites;
static uint32_t capacity;
static uint32_t count;
static uint32_t buckets[BUCKETS];

static uint32_t *bucket_of(uint64_t va)
{
	/* Sites are at least AFTERBURN_SITE_MIN apart, so the low bits say little. */
	return &buckets[(va >> 3 ^ va >> 15) % BUCKETS];
}

static bool room_for_one(void)
{
	if (count < capacity)
		return true;
	if (sites)
		return false;
	sites = backend_allocate(SITE_TABLE_MAX * sizeof(*sites));
	capacity = sites ? SITE_TABLE_MAX : 0;
	return sites;
}

struct site *site_table_add(uint64_t va, const uint8_t *code, uint8_t insn_offset,
			    uint8_t insn_length, uint8_t id)
{
	uint32_t *bucket = bucket_of(va);
	/* A module was unloaded and another took its place: the old site is gone. */
	struct site *s = site_table_find(va);

	if (!s) {
		if (!room_for_one())
			return NULL;
		s = &sites[count++];
		s->va = va;
		s->next = *bucket;
		*bucket = count;
	}
	s->insn_offset = insn_offset;
	s->insn_length = insn_length;
	s->site_length = (uint8_t)(insn_length + AFTERBURN_PAD_LEN);
	s->id = id;
	memcpy(s->insn, code + insn_offset, insn_length);
	return s;
}

struct site *site_table_find(uint64_t va)
{
	for (uint32_t i = *bucket_of(va); i; i = sites[i - 1].next) {
		if (sites[i - 1].va == va)
			return &sites[i - 1];
	}
	return NULL;
}

uint32_t site_table_count(void)
{
	return count;
}

struct site *site_table_get(uint32_t index)
{
	return &sites[index];
}
