/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block_event.c - what a disk's back end answers, and what happens if it does not, or if it answers
 * nonsense.
 *
 * Invariant: a job ends once: when its last part is back, or when the ring is gone.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "block.h"
#include "front.h"

/* How often the ring is looked at again for one event, if answers come all the time. */
enum { ROUNDS = 2 * BLOCK_PARTS };

static void give_up(struct block_front *f, const char *why)
{
	wedge_log("disk %lu: its back end, domain %u, %s: the disk is closed",
		  (unsigned long)f->bus.id, f->bus.domain, why);
	xenbus_close(&f->bus);
}

static void end_job(struct block_front *f, unsigned int number)
{
	bool failed = f->job[number].failed;

	f->job[number] = (struct block_job){0};
	virtio_block_done(&f->block, &f->server, number, failed ? -1 : 0);
}

static void end_part(struct block_front *f, unsigned int id, bool failed)
{
	struct block_part *p = &f->part[id];
	unsigned int number = p->job;

	if (number == BLOCK_JOBS)
		f->dropped--;
	else if (failed)
		block_fail_job(f, number);
	else if (p->operation == BLKIF_OP_READ)
		block_copy_answer(f, p);
	while (p->pages)
		f->free_page[f->free_pages++] = p->page[--p->pages];
	p->busy = false;
	f->free_part[f->free_parts++] = (uint8_t)id;
	if (number == BLOCK_JOBS)
		return;
	f->job[number].parts--;
	if (!f->job[number].more && !f->job[number].parts)
		end_job(f, number);
}

/* False if there is no such part at work. */
static bool take_response(struct block_front *f, const blkif_response_t *r)
{
	bool failed = r->status != BLKIF_RSP_OKAY;

	if (r->id >= BLOCK_PARTS || !f->part[r->id].busy)
		return false;
	/* It can do less than it has said: as if it had not said so (block.c). */
	if (r->status == BLKIF_RSP_EOPNOTSUPP) {
		switch (f->part[r->id].operation) {
		case BLKIF_OP_FLUSH_DISKCACHE:
			f->flushes = failed = false;
			break;
		case BLKIF_OP_DISCARD:
			f->discards = failed = false;
			break;
		}
	}
	end_part(f, (unsigned int)r->id, failed);
	return true;
}

/* Takes all answers that are there; false, and the disk is closed, if one cannot be right. */
static bool take_responses(struct block_front *f)
{
	blkif_response_t response;

	for (unsigned int i = 0; i < ROUNDS && f->live; i++) {
		switch (front_ring_take(&f->ring, &response, sizeof(response))) {
		case FRONT_RING_RESPONSE:
			f->heard_ns = backend_now_ns();
			if (take_response(f, &response))
				break;
			give_up(f, "answers what was not asked");
			return false;
		case FRONT_RING_NONE:
			if (front_ring_rest(&f->ring))
				return true;
			break;
		case FRONT_RING_BROKEN:
			give_up(f, "counts more answers than there were questions");
			return false;
		}
	}
	if (f->live)
		give_up(f, "changes its count of answers all the time");
	return false;
}

void block_event(struct vcpu *v, void *front)
{
	struct block_front *f = front;

	(void)v;
	if (!f->live)
		return;
	if (take_responses(f)) {
		if (virtio_server_runs(&f->server))
			virtio_block_serve(&f->block, &f->server);
		block_issue(f);
	}
}

/* What is at work belongs to nobody any more. */
static void drop(struct block_front *f)
{
	virtio_block_forget(&f->block);
	f->waiting_count = 0;
	memset(f->job, 0, sizeof(f->job));
	for (unsigned int i = 0; i < BLOCK_PARTS; i++) {
		if (!f->part[i].busy || f->part[i].job == BLOCK_JOBS)
			continue;
		f->part[i].job = BLOCK_JOBS;
		f->dropped++;
	}
}

void block_doorbell(struct block_front *f)
{
	if (virtio_server_follow(&f->server))
		virtio_block_serve(&f->block, &f->server);
	else
		drop(f);
	block_issue(f);
}

void block_abort(struct block_front *f)
{
	bool at_work[BLOCK_JOBS];

	f->live = false;
	for (unsigned int i = 0; i < BLOCK_JOBS; i++)
		at_work[i] = f->job[i].more || f->job[i].parts;
	block_empty(f);
	for (unsigned int i = 0; i < BLOCK_JOBS; i++)
		if (at_work[i])
			virtio_block_done(&f->block, &f->server, i, -1);
	if (virtio_server_runs(&f->server))
		virtio_block_serve(&f->block, &f->server);
}

bool block_check(struct block_front *f, uint64_t now_ns)
{
	if (!f->live || f->free_parts == BLOCK_PARTS)
		return false;
	if (now_ns - f->heard_ns < BLOCK_PATIENCE_NS)
		return true;
	/* The whole domain may have been asleep, and the answers be there. */
	block_event(vcpu_this(), f);
	if (f->live && backend_now_ns() - f->heard_ns >= BLOCK_PATIENCE_NS)
		give_up(f, "has not answered for a minute");
	return f->live;
}
