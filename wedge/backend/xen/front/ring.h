/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.h - a ring of requests and responses that a front end shares with its back end, the front
 * end's side (public/io/ring.h): both kinds take the same entries, in turn.
 *
 * The back end is not trusted: a response is copied once, and indices that run away are told.
 *
 * Invariant: what the front end writes depends on its own indices only, never on shared ones.
 */
#ifndef WEDGE_BACKEND_XEN_FRONT_RING_H
#define WEDGE_BACKEND_XEN_FRONT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct front_ring {
	uint8_t *memory;      /* all of its pages, one behind the other */
	uint32_t entries;     /* a power of two */
	uint32_t entry_bytes; /* of the larger of request and response */
	uint32_t written;     /* requests, those not published yet among them; modulo 2^32 */
	uint32_t published;   /* of these */
	uint32_t taken;	      /* responses; modulo 2^32 */
};

/*
 * Begins with an empty ring in `bytes` of memory, whole pages: as many entries, a power of two, as
 * it has room for.
 */
void front_ring_start(struct front_ring *r, void *memory, size_t bytes, uint32_t entry_bytes);

/* How many requests may be written now: each needs an entry until its response was taken. */
uint32_t front_ring_room(const struct front_ring *r);

/*
 * The entry of the next request, entry_bytes of it, which counts as written. There must be room.
 */
void *front_ring_write(struct front_ring *r);

/* Publishes what was written; true if the back end wants an event for it. */
bool front_ring_push(struct front_ring *r);

/*
 * Copies the next response, its first `bytes`. FRONT_RING_BROKEN: the back end claims more
 * responses than there were requests; nothing that it says has a meaning any more.
 */
enum front_ring_take { FRONT_RING_NONE, FRONT_RING_RESPONSE, FRONT_RING_BROKEN };
enum front_ring_take front_ring_take(struct front_ring *r, void *response, size_t bytes);

/*
 * Asks for an event for the response behind the ones taken so far. False: it is there already, take
 * it.
 */
bool front_ring_rest(struct front_ring *r);

#endif /* WEDGE_BACKEND_XEN_FRONT_RING_H */
