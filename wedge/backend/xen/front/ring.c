/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.c - see ring.h. The ring begins with four indices (public/io/ring.h, struct name_sring), and
 * its entries with byte 64.
 *
 * Invariant: written - taken <= entries, so no entry is written whose response is not taken.
 */
#include <wedge/lib.h>
#include "ring.h"

/* What both sides count, modulo 2^32; an event is wanted when the other's count passes it. */
struct shared {
	uint32_t requests;	  /* published; the front end's */
	uint32_t requests_event;  /* the back end's */
	uint32_t responses;	  /* the back end's */
	uint32_t responses_event; /* the front end's */
};

enum { ENTRIES_AT = 64 };

static struct shared *shared_of(const struct front_ring *r)
{
	return (struct shared *)r->memory;
}

static uint8_t *entry(const struct front_ring *r, uint32_t index)
{
	return r->memory + ENTRIES_AT + (size_t)(index & (r->entries - 1)) * r->entry_bytes;
}

void front_ring_start(struct front_ring *r, void *memory, size_t bytes, uint32_t entry_bytes)
{
	*r = (struct front_ring){.memory = memory, .entries = 1, .entry_bytes = entry_bytes};
	while (ENTRIES_AT + (size_t)r->entries * 2 * entry_bytes <= bytes)
		r->entries *= 2;
	memset(memory, 0, bytes);
	shared_of(r)->requests_event = 1;
	shared_of(r)->responses_event = 1;
}

uint32_t front_ring_room(const struct front_ring *r)
{
	return r->entries - (r->written - r->taken);
}

void *front_ring_write(struct front_ring *r)
{
	return entry(r, r->written++);
}

bool front_ring_push(struct front_ring *r)
{
	struct shared *s = shared_of(r);
	uint32_t before = r->published, event;

	if (r->written == before)
		return false;
	r->published = r->written;
	__atomic_store_n(&s->requests, r->published, __ATOMIC_SEQ_CST);
	event = __atomic_load_n(&s->requests_event, __ATOMIC_SEQ_CST);
	return r->published - event < r->published - before;
}

enum front_ring_take front_ring_take(struct front_ring *r, void *response, size_t bytes)
{
	uint32_t there = __atomic_load_n(&shared_of(r)->responses, __ATOMIC_ACQUIRE) - r->taken;

	if (!there)
		return FRONT_RING_NONE;
	if (there > r->published - r->taken)
		return FRONT_RING_BROKEN;
	memcpy(response, entry(r, r->taken), bytes);
	/* The compiler must not read the shared entry again in place of the copy. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	r->taken++;
	return FRONT_RING_RESPONSE;
}

bool front_ring_rest(struct front_ring *r)
{
	struct shared *s = shared_of(r);

	__atomic_store_n(&s->responses_event, r->taken + 1, __ATOMIC_SEQ_CST);
	return __atomic_load_n(&s->responses, __ATOMIC_SEQ_CST) == r->taken;
}
