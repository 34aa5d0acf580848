/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block.h - a disk of the guest's: a virtio device (dev/virtio_block.h) whose medium is another
 * domain's (public/io/blkif.h).
 *
 *   job    what the device asks the medium for, a virtio request or a piece of one
 *   part   one request in the ring that both domains share: as much of a job as fits into one
 *   pool   pages of the wedge's that the other domain may map as long as the disk is connected
 *
 * Data are copied through the pool. So the back end reaches no memory of the guest's, buffers may
 * lie as they like, no page is granted or taken back for a request, and a request can be given up
 * at any time, whatever the back end does.
 *
 * Invariant: the back end is not trusted. What it says that cannot be right, and a minute of
 * silence, make errors of all that is at work, and close the disk; the guest goes on.
 */
#ifndef WEDGE_BACKEND_XEN_FRONT_BLOCK_H
#define WEDGE_BACKEND_XEN_FRONT_BLOCK_H

#include <wedge/dev/virtio_block.h>
#include <wedge/dev/virtio_server.h>
#include "grant.h"
#include "ring.h"
#include "xenbus.h"
#include <xen/io/blkif.h>

enum {
	BLOCK_JOBS = 32,
	BLOCK_RING_ORDER = 1, /* two pages have room for 64 requests */
	BLOCK_RING_PAGES = 1 << BLOCK_RING_ORDER,
	BLOCK_PARTS = 64,
	BLOCK_PART_PAGES = 32, /* data of a part */
	BLOCK_POOL = 128,
};

/* The back end's silence, in ns, that makes errors of what is at work. */
#define BLOCK_PATIENCE_NS (60 * 1000000000ull)

/* A place in segments: byte `offset` of the first one. */
struct block_cursor {
	const struct virtio_segment *segment;
	uint32_t offset;
};

struct block_job {
	uint8_t operation; /* BLKIF_OP_* */
	bool more;	   /* not all of it is in parts */
	bool failed;
	uint64_t sector; /* where the next part begins */
	uint64_t left;	 /* bytes that are in no part */
	struct block_cursor cursor;
	unsigned int parts; /* at work */
};

struct block_part {
	bool busy;
	uint8_t job; /* BLOCK_JOBS: it was dropped */
	uint8_t operation;
	uint32_t bytes;
	struct block_cursor cursor; /* of its data */
	unsigned int pages;	    /* of the pool; one more than of data, if there is a list */
	uint8_t page[BLOCK_PART_PAGES + 1];
};

struct block_front {
	struct xenbus_device bus;
	unsigned int device; /* the virtio device's number */
	struct virtio_block block;
	struct virtio_server server;

	bool live;		 /* the ring may be used */
	bool flushes, discards;	 /* what the back end can do */
	unsigned int part_pages; /* data of a part, at most */
	evtchn_port_t port;
	struct front_ring ring;
	uint64_t heard_ns; /* when the back end said something, or had nothing to do */

	struct block_job job[BLOCK_JOBS];
	uint8_t waiting[BLOCK_JOBS]; /* jobs with more, the oldest first */
	unsigned int waiting_count;

	struct block_part part[BLOCK_PARTS];
	uint8_t free_part[BLOCK_PARTS];
	unsigned int free_parts;
	unsigned int dropped; /* parts at work of jobs that are dropped */

	uint8_t *pool;
	grant_ref_t pool_grant[BLOCK_POOL];
	uint8_t free_page[BLOCK_POOL];
	unsigned int free_pages;
	void *ring_memory;
	grant_ref_t ring_grant[BLOCK_RING_PAGES];
	domid_t granted_to;
};

/* ---- block.c ---- */

/* Nothing is at work: all parts and pages are free. */
void block_empty(struct block_front *f);

/* Makes parts of jobs that wait, as long as there is room, and tells the back end. */
void block_issue(struct block_front *f);

/* A part of the job has failed: there will be no more, and the job fails behind its last one. */
void block_fail_job(struct block_front *f, unsigned int job);

/* Copies what a part has read to the guest. */
void block_copy_answer(const struct block_front *f, const struct block_part *p);

/* ---- block_event.c ---- */

/* The driver has rung, or has reset the device. */
void block_doorbell(struct block_front *f);

/* The handler of the disk's event channel; `front` is the disk. */
void block_event(struct vcpu *v, void *front);

/* The ring is gone: what is at work fails. */
void block_abort(struct block_front *f);

/* Closes the disk if its back end has been silent for too long; whether anything is at work. */
bool block_check(struct block_front *f, uint64_t now_ns);

/* ---- block_connect.c ---- */

/* The disks' kind, without slots. */
extern struct xenbus_kind block_kind;

/* A disk that is not there yet, as the virtio device of this number; NULL: no memory. */
struct block_front *block_new(unsigned int device);

/* Makes it a virtio device, as it is now; false: no memory. */
bool block_show(struct block_front *f, struct virtio_identity *identity,
		struct virtio_shared *shared);

#endif /* WEDGE_BACKEND_XEN_FRONT_BLOCK_H */
