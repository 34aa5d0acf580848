/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block.c - the work of a disk: jobs are cut into parts, parts go into the ring, and come back.
 *
 * Invariant: the ring's entries, the pool's pages and the parts at work agree: what is not free
 * belongs to one busy part. Parts of dropped jobs copy nothing, and no new part is made before they
 * are back: an old write must not overtake a new one.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "../events.h"
#include "block.h"
#include "front.h"

enum { SECTOR = VIRTIO_BLOCK_SECTOR, DIRECT = BLKIF_MAX_SEGMENTS_PER_REQUEST };

void block_empty(struct block_front *f)
{
	memset(f->job, 0, sizeof(f->job));
	memset(f->part, 0, sizeof(f->part));
	f->waiting_count = f->dropped = 0;
	for (f->free_parts = 0; f->free_parts < BLOCK_PARTS; f->free_parts++)
		f->free_part[f->free_parts] = (uint8_t)f->free_parts;
	for (f->free_pages = 0; f->free_pages < BLOCK_POOL; f->free_pages++)
		f->free_page[f->free_pages] = (uint8_t)f->free_pages;
}

static uint8_t *pool_page(const struct block_front *f, unsigned int page)
{
	return f->pool + (size_t)page * PAGE;
}

/* ---- copies ---- */

/* Copies `size` bytes between the segments at the cursor, which moves, and a page. */
static void copy(struct block_cursor *c, uint8_t *page, uint32_t size, bool to_guest)
{
	while (size) {
		uint32_t part = c->segment->length - c->offset;
		uint8_t *guest = c->segment->bytes + c->offset;

		if (part > size)
			part = size;
		memcpy(to_guest ? guest : page, to_guest ? page : guest, part);
		page += part;
		size -= part;
		c->offset += part;
		if (c->offset == c->segment->length)
			*c = (struct block_cursor){.segment = c->segment + 1};
	}
}

/* Moves a cursor on without copying. */
static void skip(struct block_cursor *c, uint32_t size)
{
	while (size) {
		uint32_t part = c->segment->length - c->offset;

		if (part > size) {
			c->offset += size;
			return;
		}
		size -= part;
		*c = (struct block_cursor){.segment = c->segment + 1};
	}
}

static uint32_t bytes_of_page(const struct block_part *p, unsigned int page)
{
	uint32_t left = p->bytes - page * (uint32_t)PAGE;

	return left < PAGE ? left : (uint32_t)PAGE;
}

/* All data of a part. */
static void copy_part(const struct block_front *f, const struct block_part *p, bool to_guest)
{
	struct block_cursor c = p->cursor;

	for (unsigned int i = 0; i * PAGE < p->bytes; i++)
		copy(&c, pool_page(f, p->page[i]), bytes_of_page(p, i), to_guest);
}

/* ---- parts ---- */

static bool has_data(uint8_t operation)
{
	return operation == BLKIF_OP_READ || operation == BLKIF_OP_WRITE;
}

/* How many pages of data a part may have now; 0: none is free. */
static unsigned int choose_pages(const struct block_front *f, uint64_t bytes)
{
	uint64_t pages = (bytes + PAGE - 1) / PAGE;

	if (pages > f->part_pages)
		pages = f->part_pages;
	if (pages > DIRECT && pages >= f->free_pages)
		pages = f->free_pages > DIRECT ? f->free_pages - 1 : DIRECT;
	return (unsigned int)(pages < f->free_pages ? pages : f->free_pages);
}

static void take_page(struct block_front *f, struct block_part *p)
{
	p->page[p->pages++] = f->free_page[--f->free_pages];
}

static void write_segments(const struct block_front *f, const struct block_part *p,
			   struct blkif_request_segment *segment)
{
	for (unsigned int i = 0; i * PAGE < p->bytes; i++)
		segment[i] = (struct blkif_request_segment){
			.gref = f->pool_grant[p->page[i]],
			.last_sect = (uint8_t)(bytes_of_page(p, i) / SECTOR - 1),
		};
}

/* Data of more pages than a request has room for are listed in a page of their own. */
static void write_indirect(struct block_front *f, struct block_part *p, uint64_t id,
			   uint64_t sector, unsigned int pages)
{
	blkif_request_indirect_t *r = front_ring_write(&f->ring);
	unsigned int list = f->free_page[f->free_pages - 1];

	take_page(f, p);
	write_segments(f, p, (void *)pool_page(f, list));
	*r = (blkif_request_indirect_t){
		.operation = BLKIF_OP_INDIRECT,
		.indirect_op = p->operation,
		.nr_segments = (uint16_t)pages,
		.id = id,
		.sector_number = sector,
		.handle = (blkif_vdev_t)f->bus.id,
		.indirect_grefs = {f->pool_grant[list]},
	};
}

static void write_data(struct block_front *f, struct block_part *p, uint64_t id, uint64_t sector)
{
	unsigned int pages = p->pages;
	blkif_request_t *r;

	if (pages > DIRECT) {
		write_indirect(f, p, id, sector, pages);
		return;
	}
	r = front_ring_write(&f->ring);
	*r = (blkif_request_t){
		.operation = p->operation,
		.nr_segments = (uint8_t)pages,
		.handle = (blkif_vdev_t)f->bus.id,
		.id = id,
		.sector_number = sector,
	};
	write_segments(f, p, r->seg);
}

/* A flush, or a discard of `bytes`. */
static void write_plain(struct block_front *f, const struct block_part *p, uint64_t id,
			uint64_t sector)
{
	if (p->operation == BLKIF_OP_DISCARD) {
		blkif_request_discard_t *r = front_ring_write(&f->ring);

		*r = (blkif_request_discard_t){
			.operation = BLKIF_OP_DISCARD,
			.handle = (blkif_vdev_t)f->bus.id,
			.id = id,
			.sector_number = sector,
			.nr_sectors = f->job[p->job].left / SECTOR,
		};
	} else {
		blkif_request_t *r = front_ring_write(&f->ring);

		*r = (blkif_request_t){
			.operation = p->operation, .handle = (blkif_vdev_t)f->bus.id, .id = id};
	}
}

/* Puts the next part of a job into the ring; false if there is no room for it. */
static bool issue(struct block_front *f, unsigned int number)
{
	struct block_job *j = &f->job[number];
	bool data = has_data(j->operation);
	unsigned int pages = data ? choose_pages(f, j->left) : 0, id;
	struct block_part *p;

	if (!f->free_parts || !front_ring_room(&f->ring) || (data && !pages))
		return false;
	id = f->free_part[--f->free_parts];
	p = &f->part[id];
	*p = (struct block_part){.busy = true,
				 .job = (uint8_t)number,
				 .operation = j->operation,
				 .cursor = j->cursor};
	if (data) {
		p->bytes = (uint32_t)(j->left < pages * PAGE ? j->left : pages * PAGE);
		while (p->pages < pages)
			take_page(f, p);
		if (j->operation == BLKIF_OP_WRITE)
			copy_part(f, p, false);
		skip(&j->cursor, p->bytes);
		write_data(f, p, id, j->sector);
		j->sector += p->bytes / SECTOR;
		j->left -= p->bytes;
	} else {
		write_plain(f, p, id, j->sector);
		j->left = 0;
	}
	j->more = j->left != 0;
	j->parts++;
	return true;
}

void block_copy_answer(const struct block_front *f, const struct block_part *p)
{
	copy_part(f, p, true);
}

static void stop_waiting(struct block_front *f, unsigned int job)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < f->waiting_count; i++)
		if (f->waiting[i] != job)
			f->waiting[kept++] = f->waiting[i];
	f->waiting_count = kept;
}

void block_issue(struct block_front *f)
{
	bool idle = f->free_parts == BLOCK_PARTS;

	while (f->live && !f->dropped && f->waiting_count && issue(f, f->waiting[0]))
		if (!f->job[f->waiting[0]].more)
			stop_waiting(f, f->waiting[0]);
	if (!f->live || f->free_parts == BLOCK_PARTS)
		return;
	if (idle) {
		f->heard_ns = backend_now_ns();
		front_watch_time();
	}
	if (front_ring_push(&f->ring))
		events_send(f->port);
}

void block_fail_job(struct block_front *f, unsigned int job)
{
	f->job[job].failed = true;
	f->job[job].more = false;
	stop_waiting(f, job);
}
