/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * site_table.c - the sites of the kernel and its modules, hashed by address.
 *
 * The array has a fixed size: a guest with more sites is refused at boot rather than slowed down
 * later. Slots of forgotten sites are chained, and used again first.
 *
 * Invariant: chains hold indices, so the table needs no address fixed at link time and can be used
 * before and after the wedge moves to its final address.
 */
#include <wedge/backend.h>
#include <wedge/lib.h>
#include <wedge/site_table.h>

enum { BUCKETS = 4096 };

/* Allocated from the back end, since it is too large for the wedge's image. */
static struct site *sites;
static uint32_t capacity;
static uint32_t used;  /* slots that hold a site or held one */
static uint32_t freed; /* the slot given back last, plus one; its `next` names the one before */
static uint32_t count;
static uint32_t buckets[BUCKETS];

static uint32_t *bucket_of(uint64_t va)
{
	/* Sites are at least AFTERBURN_SITE_MIN bytes apart, so the low bits differ little. */
	return &buckets[(va >> 3 ^ va >> 15) % BUCKETS];
}

static bool room_for_one(void)
{
	if (freed || used < capacity)
		return true;
	if (sites)
		return false;
	sites = backend_allocate(SITE_TABLE_MAX * sizeof(*sites));
	capacity = sites ? SITE_TABLE_MAX : 0;
	return sites;
}

/*
 * Takes a slot for the site at `va`, and links it into its hash chain. The caller has checked that
 * there is room.
 */
static struct site *take_slot(uint64_t va)
{
	uint32_t *bucket = bucket_of(va);
	uint32_t slot = freed ? freed : ++used;
	struct site *s = &sites[slot - 1];

	if (freed)
		freed = s->next;
	s->va = va;
	s->slot = slot - 1;
	s->next = *bucket;
	*bucket = slot;
	count++;
	return s;
}

struct site *site_table_add(uint64_t va, const uint8_t *code, uint8_t insn_offset,
			    uint8_t insn_length, uint8_t id)
{
	struct site *s = site_table_find(va);

	if (!s) {
		if (!room_for_one())
			return NULL;
		s = take_slot(va);
	}
	s->insn_offset = insn_offset;
	s->insn_length = insn_length;
	s->site_length = (uint8_t)(insn_length + AFTERBURN_PAD_LEN);
	s->id = id;
	memcpy(s->insn, code + insn_offset, insn_length);
	return s;
}

void site_table_forget(struct site *site)
{
	uint32_t slot = (uint32_t)(site - sites) + 1;
	uint32_t *link = bucket_of(site->va);

	while (*link != slot)
		link = &sites[*link - 1].next;
	*link = site->next;
	site->site_length = 0;
	site->next = freed;
	freed = slot;
	count--;
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

struct site *site_table_get(uint32_t slot)
{
	return slot < used && sites[slot].site_length ? &sites[slot] : NULL;
}
