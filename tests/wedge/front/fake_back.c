/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_back.c - the back ends of disks, and what the tool stack does to attach and detach one
 * (public/io/blkif.h).
 *
 * Invariant: each request is checked for what the protocol promises to a back end.
 */
#include "fake_domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <xen/io/blkif.h>

enum { BACKS = 10 };

static struct back backs[BACKS];

void back_new(void)
{
	memset(backs, 0, sizeof(backs));
}

static const char *front_path(unsigned int id, const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "/local/domain/1/device/vbd/%u%s%s", id, *name ? "/" : "",
		 name);
	return path;
}

static const char *back_path(unsigned int id, const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "/local/domain/0/backend/vbd/1/%u%s%s", id, *name ? "/" : "",
		 name);
	return path;
}

static void set_number(const char *path, unsigned int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	store_set(path, text);
}

static unsigned int front_number(unsigned int id, const char *name)
{
	const char *text = store_get(front_path(id, name));

	return text ? (unsigned int)atoi(text) : 0;
}

static unsigned int back_state(unsigned int id)
{
	const char *text = store_get(back_path(id, "state"));

	return text ? (unsigned int)atoi(text) : 0;
}

struct back *back_of(unsigned int id)
{
	for (unsigned int i = 0; i < BACKS; i++)
		if (backs[i].id == id)
			return &backs[i];
	fail_msg("no back end of disk %u", id);
	return NULL;
}

void back_attach(unsigned int id, unsigned int sectors)
{
	struct back *b = back_of(0);
	char text[160];

	memset(b, 0, sizeof(*b));
	b->id = id;
	b->sectors = sectors;
	for (unsigned int i = 0; i < sectors * 512; i++)
		b->bytes[i] = (uint8_t)(i / 512 + 1);
	set_number(back_path(id, "max-ring-page-order"), 4);
	set_number(back_path(id, "feature-max-indirect-segments"), 256);
	set_number(back_path(id, "feature-flush-cache"), 1);
	set_number(back_path(id, "feature-discard"), 1);
	set_number(back_path(id, "sectors"), sectors);
	set_number(back_path(id, "sector-size"), 512);
	set_number(back_path(id, "info"), 0);
	set_number(back_path(id, "state"), 2);
	set_number(front_path(id, "backend-id"), FAKE_OTHER);
	snprintf(text, sizeof(text), "%s", back_path(id, ""));
	store_set(front_path(id, "backend"), text);
	set_number(front_path(id, "state"), 1);
}

void back_detach(unsigned int id)
{
	set_number(back_path(id, "state"), 5);
}

static void connect(struct back *b)
{
	unsigned int order = front_number(b->id, "ring-page-order");
	grant_ref_t first = front_number(b->id, order ? "ring-ref0" : "ring-ref");

	assert_string_equal(store_get(front_path(b->id, "protocol")), "x86_64-abi");
	assert_in_range(order, 0, 1);
	b->ring_pages = 1u << order;
	b->ring = fake_map(first);
	assert_non_null(b->ring);
	if (order)
		assert_ptr_equal(fake_map(front_number(b->id, "ring-ref1")), b->ring + PAGE);
	b->port = front_number(b->id, "event-channel");
	assert_int_not_equal(b->port, 0);
	b->taken = b->answered = 0;
	b->connected = true;
	set_number(back_path(b->id, "state"), 4);
}

static void close_back(struct back *b)
{
	b->connected = false;
	if (!b->silent)
		fake_unmap_all();
	set_number(back_path(b->id, "state"), 6);
	store_remove(front_path(b->id, ""));
	store_remove(back_path(b->id, ""));
	b->id = 0;
}

/* ---- the ring: four indices, entries from byte 64 on ---- */

static uint32_t *index_of(const struct back *b, unsigned int which)
{
	return (uint32_t *)b->ring + which;
}

enum { REQUESTS, REQUESTS_EVENT, RESPONSES, RESPONSES_EVENT };

static void *entry(const struct back *b, uint32_t index)
{
	uint32_t entries = b->ring_pages == 2 ? 64 : 32;

	return b->ring + 64 + (index & (entries - 1)) * sizeof(blkif_request_t);
}

static void answer(struct back *b, uint64_t id, uint8_t operation, int16_t status)
{
	blkif_response_t r = {.id = id, .operation = operation, .status = status};
	uint32_t before = b->answered++;

	memcpy(entry(b, before), &r, sizeof(r));
	*index_of(b, RESPONSES) = b->answered;
	if (b->answered - *index_of(b, RESPONSES_EVENT) < b->answered - before)
		fake_event(b->port);
}

static void transfer(struct back *b, bool write, uint64_t sector,
		     const struct blkif_request_segment *segment, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		uint8_t *page = fake_map(segment[i].gref);
		unsigned int sectors = segment[i].last_sect - segment[i].first_sect + 1u;

		assert_non_null(page);
		assert_in_range(segment[i].last_sect, segment[i].first_sect, 7);
		assert_in_range(sector + sectors, 1, b->sectors);
		page += segment[i].first_sect * 512;
		memcpy(write ? b->bytes + sector * 512 : page,
		       write ? page : b->bytes + sector * 512, sectors * 512);
		sector += sectors;
	}
}

static int16_t discard(struct back *b, const blkif_request_discard_t *r)
{
	b->discards++;
	assert_in_range(r->sector_number + r->nr_sectors, 1, b->sectors);
	if (b->refuses_extras)
		return BLKIF_RSP_EOPNOTSUPP;
	memset(b->bytes + r->sector_number * 512, 0xdd, r->nr_sectors * 512);
	return BLKIF_RSP_OKAY;
}

static int16_t carry_out(struct back *b, const blkif_request_t *r)
{
	const blkif_request_indirect_t *list = (const void *)r;

	switch (r->operation) {
	case BLKIF_OP_READ:
	case BLKIF_OP_WRITE:
		assert_in_range(r->nr_segments, 1, BLKIF_MAX_SEGMENTS_PER_REQUEST);
		transfer(b, r->operation == BLKIF_OP_WRITE, r->sector_number, r->seg,
			 r->nr_segments);
		return BLKIF_RSP_OKAY;
	case BLKIF_OP_INDIRECT:
		b->indirect++;
		assert_in_range(list->nr_segments, BLKIF_MAX_SEGMENTS_PER_REQUEST + 1, 256);
		transfer(b, list->indirect_op == BLKIF_OP_WRITE, list->sector_number,
			 fake_map(list->indirect_grefs[0]), list->nr_segments);
		return BLKIF_RSP_OKAY;
	case BLKIF_OP_FLUSH_DISKCACHE:
		b->flushes++;
		assert_int_equal(r->nr_segments, 0);
		return b->refuses_extras ? BLKIF_RSP_EOPNOTSUPP : BLKIF_RSP_OKAY;
	case BLKIF_OP_DISCARD:
		return discard(b, (const void *)r);
	default:
		fail_msg("operation %u", r->operation);
		return BLKIF_RSP_ERROR;
	}
}

static bool misbehave(struct back *b, const blkif_request_t *r)
{
	uint8_t how = b->nonsense;

	b->nonsense = BACK_RIGHT;
	switch (how) {
	case BACK_BAD_ID:
		answer(b, r->id + 77, r->operation, 0);
		return true;
	case BACK_TWICE:
		answer(b, r->id, r->operation, 0);
		answer(b, r->id, r->operation, 0);
		return true;
	case BACK_RUNAWAY:
		*index_of(b, RESPONSES) += 1000;
		fake_event(b->port);
		return true;
	default:
		return false;
	}
}

static bool serve(struct back *b)
{
	blkif_request_t requests[64];
	unsigned int count = 0;

	if (b->nonsense == BACK_UNASKED) {
		b->nonsense = BACK_RIGHT;
		answer(b, 0, 0, 0);
		return true;
	}
	for (; !b->silent && b->taken != *index_of(b, REQUESTS); b->taken++, b->requests++)
		memcpy(&requests[count++], entry(b, b->taken), sizeof(requests[0]));
	*index_of(b, REQUESTS_EVENT) = b->taken + 1;
	for (unsigned int i = 0; i < count; i++) {
		const blkif_request_t *r = &requests[b->backwards ? count - 1 - i : i];
		int16_t status;

		if (misbehave(b, r))
			return true; /* the others are never answered */
		status = carry_out(b, r);
		answer(b, r->id, r->operation, b->fails ? BLKIF_RSP_ERROR : status);
	}
	return count;
}

static bool run_one(struct back *b)
{
	unsigned int front = front_number(b->id, "state");

	if (back_state(b->id) == 2 && front == 3) {
		connect(b);
		return true;
	}
	if (back_state(b->id) != 6 && front == 6) {
		close_back(b);
		return true;
	}
	return b->connected && serve(b);
}

bool back_run(void)
{
	bool any = false;

	for (unsigned int i = 0; i < BACKS; i++)
		if (backs[i].id)
			any |= run_one(&backs[i]);
	return any;
}
