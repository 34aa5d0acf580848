/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block_connect.c - how a disk and its back end agree (public/io/blkif.h, "Backend XenBus Nodes"),
 * and what the guest is shown of it: a disk that is not there has no sectors.
 *
 * Invariant: pages are granted from offer() on until closed(), to one domain.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "../events.h"
#include "block.h"
#include "front.h"
#include <xen/io/protocols.h>

enum {
	SECTORS,
	SECTOR_SIZE,
	INFO,
	FLUSH,
	DISCARD,
	INDIRECT,
	RING_ORDER,
};

static const char *const keys[] = {
	[SECTORS] = "sectors",
	[SECTOR_SIZE] = "sector-size",
	[INFO] = "info",
	[FLUSH] = "feature-flush-cache",
	[DISCARD] = "feature-discard",
	[INDIRECT] = "feature-max-indirect-segments",
	[RING_ORDER] = "max-ring-page-order",
};

static struct block_front *front_of(struct xenbus_device *d)
{
	return (void *)((char *)d - offsetof(struct block_front, bus));
}

/* ---- memory ---- */

/* Nothing of it is ever freed: the next disk in this place uses it again. */
static bool allocate(struct block_front *f)
{
	if (!f->pool)
		f->pool = backend_allocate(BLOCK_POOL * PAGE);
	if (!f->ring_memory)
		f->ring_memory = backend_allocate(BLOCK_RING_PAGES * PAGE);
	return f->pool && f->ring_memory;
}

static bool end_grants(grant_ref_t *grants, unsigned int count)
{
	bool all = true;

	for (unsigned int i = 0; i < count; i++) {
		if (grant_end(grants[i]))
			grants[i] = GRANT_NONE;
		else
			all = false;
	}
	return all;
}

static bool take_back(struct block_front *f)
{
	bool ring = end_grants(f->ring_grant, BLOCK_RING_PAGES);

	return end_grants(f->pool_grant, BLOCK_POOL) && ring;
}

static bool make_grants(struct block_front *f, const void *memory, grant_ref_t *grants,
			unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		grants[i] = grant_page(f->bus.domain, (const char *)memory + i * PAGE, false);
		if (grants[i] == GRANT_NONE)
			return false;
	}
	return true;
}

/* NULL, or what is missing. */
static const char *prepare(struct block_front *f, unsigned int ring_pages)
{
	if (!allocate(f))
		return "the wedge's heap is used up";
	if (!take_back(f))
		return "the back end before has not let go of its memory";
	if (!make_grants(f, f->ring_memory, f->ring_grant, ring_pages) ||
	    !make_grants(f, f->pool, f->pool_grant, BLOCK_POOL))
		return "Xen's grant table is full";
	f->port = events_offer(f->bus.domain, block_event, f);
	return f->port ? NULL : "Xen gives no event channel";
}

/* ---- the states ---- */

static void say_ring(struct xenbus_device *d, const struct block_front *f, unsigned int order)
{
	if (order) {
		xenbus_say(d, "ring-page-order", order);
		xenbus_say(d, "ring-ref0", f->ring_grant[0]);
		xenbus_say(d, "ring-ref1", f->ring_grant[1]);
	} else {
		xenbus_say(d, "ring-ref", f->ring_grant[0]);
	}
	xenbus_say(d, "event-channel", f->port);
	xenbus_say_text(d, "protocol", XEN_IO_PROTO_ABI_X86_64);
	xenbus_say(d, "feature-persistent", 1);
}

static bool offer(struct xenbus_device *d)
{
	struct block_front *f = front_of(d);
	unsigned int order =
		xenbus_number(d, RING_ORDER) >= BLOCK_RING_ORDER ? BLOCK_RING_ORDER : 0;
	const char *missing = prepare(f, 1u << order);

	if (missing) {
		wedge_log("disk %lu cannot be had: %s", (unsigned long)d->id, missing);
		take_back(f);
		return false;
	}
	block_empty(f);
	front_ring_start(&f->ring, f->ring_memory, PAGE << order, sizeof(blkif_request_t));
	say_ring(d, f, order);
	return true;
}

static unsigned int most_pages(uint64_t indirect)
{
	if (indirect <= BLKIF_MAX_SEGMENTS_PER_REQUEST)
		return BLKIF_MAX_SEGMENTS_PER_REQUEST;
	return indirect < BLOCK_PART_PAGES ? (unsigned int)indirect : BLOCK_PART_PAGES;
}

/* Also if the back end says something new of a disk that is connected: its size. */
static void connected(struct xenbus_device *d)
{
	struct block_front *f = front_of(d);
	uint64_t sectors = xenbus_number(d, SECTORS);

	if (xenbus_number(d, SECTOR_SIZE) != VIRTIO_BLOCK_SECTOR || sectors >> 55) {
		wedge_log("disk %lu cannot be had: it has %lu sectors of %lu bytes, not of 512",
			  (unsigned long)d->id, (unsigned long)sectors,
			  (unsigned long)xenbus_number(d, SECTOR_SIZE));
		xenbus_close(d);
		return;
	}
	f->flushes = xenbus_number(d, FLUSH) != 0;
	f->discards = xenbus_number(d, DISCARD) != 0;
	f->part_pages = most_pages(xenbus_number(d, INDIRECT));
	f->block.read_only = xenbus_number(d, INFO) & VDISK_READONLY;
	f->block.sectors = sectors;
	f->live = true;
	front_changed(f->device);
}

static void closing(struct xenbus_device *d)
{
	struct block_front *f = front_of(d);

	f->block.sectors = 0;
	block_abort(f);
	events_close(f->port);
	f->port = 0;
	front_changed(f->device);
}

/* What the back end still maps stays granted; the next offer tries again. */
static void closed(struct xenbus_device *d)
{
	take_back(front_of(d));
}

struct xenbus_kind block_kind = {
	.folder = "device/vbd",
	.what = "disk",
	.keys = keys,
	.key_count = sizeof(keys) / sizeof(keys[0]),
	.offered = XenbusStateInitialised,
	.offer = offer,
	.connected = connected,
	.closing = closing,
	.closed = closed,
};

struct block_front *block_new(unsigned int device)
{
	struct block_front *f = backend_allocate(sizeof(*f));

	if (!f)
		return NULL;
	f->device = device;
	f->block.disk = device;
	f->block.no_zeroes = true;
	block_empty(f);
	return f;
}

bool block_show(struct block_front *f, struct virtio_identity *identity,
		struct virtio_shared *shared)
{
	f->block.request = backend_allocate(BLOCK_JOBS * sizeof(struct virtio_block_request));
	if (!f->block.request)
		return false;
	f->block.requests = BLOCK_JOBS;
	virtio_block_identity(&f->block, identity);
	virtio_server_init(&f->server, f->device, identity, shared);
	return true;
}
