/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block.c - requests to a virtio block device (Virtual I/O Device (VIRTIO) Version 1.2, section
 * 5.2.6): a header of 16 bytes that the driver has filled, data, and one byte of status that the
 * device fills, cut into descriptors anyhow (2.7.4).
 *
 * A request is checked as a whole, then its work is done in pieces, each a call of the medium.
 *
 * Invariant: a request's status byte is written last.
 */
#include <stddef.h>

#include <wedge/dev/virtio_block.h>
#include <wedge/dev/virtio_buffer.h>
#include <wedge/lib.h>
#include "block_limits.h"

enum {
	REQUEST_READ = 0,
	REQUEST_WRITE = 1,
	REQUEST_FLUSH = 4,
	REQUEST_SERIAL = 8,
	REQUEST_DISCARD = 11,
	REQUEST_WRITE_ZEROES = 13,
};

enum status { STATUS_OK, STATUS_ERROR, STATUS_UNSUPPORTED };

enum { FLAG_UNMAP = 1 };

struct header {
	uint32_t type;
	uint32_t reserved;
	uint64_t sector;
};

_Static_assert(sizeof(struct header) == 16 && sizeof(struct virtio_block_range) == 16,
	       "the structures of 5.2.6 have no holes");

/* ---- bytes in segments ---- */

static void clear(struct virtio_buffer b)
{
	for (unsigned i = 0; i < b.count; i++)
		memset(b.segment[i].bytes, 0, b.segment[i].length);
}

/* Fills the buffer with `size` bytes, and with zeros where these do not reach. */
static void fill(struct virtio_buffer b, const char *from, size_t size)
{
	virtio_push(&b, from, size);
	clear(b);
}

/* Takes the last byte away from the buffer: the place of the status. */
static uint8_t *take_last_byte(struct virtio_buffer *b)
{
	struct virtio_segment *last = &b->segment[b->count - 1];

	last->length--;
	if (!last->length)
		b->count--;
	return last->bytes + last->length;
}

/* ---- requests ---- */

/* Whether a disk has these sectors, all of them. */
static bool has(const struct virtio_block *b, uint64_t sector, uint64_t sectors)
{
	return sector <= b->sectors && sectors <= b->sectors - sector;
}

static uint64_t bytes_of(uint64_t sectors)
{
	return sectors * VIRTIO_BLOCK_SECTOR;
}

/* Data of a read or a write: whole sectors within the capacity, one at least. */
static bool data_fits(const struct virtio_block *b, uint64_t sector, struct virtio_buffer data)
{
	uint64_t length = virtio_length(data.segment, data.count);

	return length && length % VIRTIO_BLOCK_SECTOR == 0 &&
	       has(b, sector, length / VIRTIO_BLOCK_SECTOR);
}

/* Data of a read or a write, which is the whole request. */
static enum status check_data(const struct virtio_block *b, struct virtio_block_request *r,
			      struct virtio_buffer data)
{
	if ((r->type == REQUEST_WRITE && b->read_only) || !data_fits(b, r->sector, data))
		return STATUS_ERROR;
	r->first = (unsigned)(data.segment - r->chain.segment);
	r->count = data.count;
	r->pieces = 1;
	return STATUS_OK;
}

/* 5.2.6.2: what a range may say; `most`: sectors. */
static enum status check_range(const struct virtio_block *b, const struct virtio_block_range *r,
			       uint32_t flags, uint32_t most)
{
	if (r->flags & ~flags)
		return STATUS_UNSUPPORTED;
	return r->sectors <= most && has(b, r->sector, r->sectors) ? STATUS_OK : STATUS_ERROR;
}

/* Discard and write zeroes: all ranges are checked before the first one is carried out. */
static enum status check_ranges(const struct virtio_block *b, struct virtio_block_request *r,
				struct virtio_buffer data)
{
	bool discard = r->type == REQUEST_DISCARD;
	uint64_t length = virtio_length(data.segment, data.count);
	enum status status = STATUS_OK;

	if (!discard && b->no_zeroes)
		return STATUS_UNSUPPORTED;
	if (b->read_only || !length || length % sizeof(r->range[0]) || length > sizeof(r->range))
		return STATUS_ERROR;
	virtio_pull(&data, r->range, sizeof(r->range));
	r->ranges = r->pieces = (unsigned)(length / sizeof(r->range[0]));
	for (unsigned i = 0; i < r->ranges && status == STATUS_OK; i++)
		status = check_range(b, &r->range[i], discard ? 0 : FLAG_UNMAP,
				     discard ? DISCARD_SECTORS_MAX : ZEROES_SECTORS_MAX);
	return status;
}

/*
 * 5.2.6.2: without VIRTIO_BLK_F_FLUSH a driver takes what is completed for stable, so each change
 * has one piece more.
 */
static enum status check_change(enum status status, struct virtio_block_request *r,
				uint64_t features)
{
	if (status == STATUS_OK && !(features & FLUSH))
		r->pieces++;
	return status;
}

/* `from` and `to` are the data that the driver has filled and wants. */
static enum status check_request(const struct virtio_block *b, uint64_t features,
				 struct virtio_block_request *r, struct virtio_buffer from,
				 struct virtio_buffer to)
{
	r->pieces = r->ranges = 0;
	switch (r->type) {
	case REQUEST_READ:
		return check_data(b, r, to);
	case REQUEST_WRITE:
		return check_change(check_data(b, r, from), r, features);
	case REQUEST_FLUSH:
		r->pieces = 1;
		return STATUS_OK;
	case REQUEST_SERIAL:
		fill(to, b->serial, sizeof(b->serial));
		return STATUS_OK;
	case REQUEST_DISCARD:
	case REQUEST_WRITE_ZEROES:
		return check_change(check_ranges(b, r, from), r, features);
	default:
		return STATUS_UNSUPPORTED;
	}
}

static unsigned number_of(const struct virtio_block *b, const struct virtio_block_request *r)
{
	return (unsigned)(r - b->request);
}

static int clear_range(const struct virtio_block *b, const struct virtio_block_request *r,
		       const struct virtio_block_range *range)
{
	uint64_t offset = bytes_of(range->sector), length = bytes_of(range->sectors);

	if (!length)
		return 0;
	if (r->type == REQUEST_DISCARD)
		return dev_host_block_discard(b->disk, number_of(b, r), offset, length);
	return dev_host_block_write_zeroes(b->disk, number_of(b, r), offset, length,
					   range->flags & FLAG_UNMAP);
}

/* One piece of the work: the last of a change may be a flush. */
static int carry_out(const struct virtio_block *b, const struct virtio_block_request *r,
		     unsigned piece)
{
	const struct virtio_segment *data = r->chain.segment + r->first;

	if (piece < r->ranges)
		return clear_range(b, r, &r->range[piece]);
	if (!piece && r->type == REQUEST_READ)
		return dev_host_block_read(b->disk, number_of(b, r), bytes_of(r->sector), data,
					   r->count);
	if (!piece && r->type == REQUEST_WRITE)
		return dev_host_block_write(b->disk, number_of(b, r), bytes_of(r->sector), data,
					    r->count);
	return dev_host_block_flush(b->disk, number_of(b, r));
}

/*
 * The end of a request. All of `answer` is written, whatever happened: the used ring will say so
 * (2.7.8.2).
 */
static void finish(struct virtio_server *s, struct virtio_block_request *r, enum status status)
{
	struct virtio_buffer to = {r->chain.segment + r->answer, r->answers};

	if (status != STATUS_OK || (r->type != REQUEST_READ && r->type != REQUEST_SERIAL))
		clear(to);
	*r->status = (uint8_t)status;
	r->busy = false;
	if (virtio_queue_give(&s->queue[0], r->chain.head, r->written))
		virtio_server_interrupt(s);
}

/* The piece before has ended with `error`: the next ones, as far as the medium does them at once.
 */
static void go_on(struct virtio_block *b, struct virtio_server *s, struct virtio_block_request *r,
		  int error)
{
	while (!error && r->piece < r->pieces)
		error = carry_out(b, r, r->piece++);
	if (error != VIRTIO_BLOCK_LATER)
		finish(s, r, error ? STATUS_ERROR : STATUS_OK);
}

/* Begins the request that is the chain; false if it has no room for a status. */
static bool begin(struct virtio_block *b, struct virtio_server *s, struct virtio_block_request *r)
{
	struct virtio_chain *chain = &r->chain;
	struct virtio_buffer from = virtio_readable(chain), to = virtio_writable(chain);
	struct header header = {0};
	enum status status = STATUS_ERROR;

	if (!to.count)
		return false;
	r->busy = true;
	r->written = (uint32_t)virtio_length(to.segment, to.count);
	r->status = take_last_byte(&to);
	r->answer = chain->readable;
	r->answers = to.count;
	r->piece = 0;
	if (virtio_pull(&from, &header, sizeof(header)) == sizeof(header)) {
		r->type = header.type;
		r->sector = header.sector;
		status = check_request(b, s->features, r, from, to);
	}
	if (status == STATUS_OK)
		go_on(b, s, r, 0);
	else
		finish(s, r, status);
	return true;
}

static struct virtio_block_request *free_request(const struct virtio_block *b)
{
	for (unsigned i = 0; i < b->requests; i++)
		if (!b->request[i].busy)
			return &b->request[i];
	return NULL;
}

/* Serves what is in the queue, as long as there is room for requests; false if that is broken. */
static bool drain(struct virtio_block *b, struct virtio_server *s)
{
	struct virtio_block_request *r;

	while (virtio_server_runs(s) && (r = free_request(b))) {
		enum virtio_take take = virtio_queue_take(&s->queue[0], &r->chain);

		if (take == VIRTIO_NONE)
			return true;
		if (take == VIRTIO_BROKEN || !begin(b, s, r))
			return false;
	}
	return true;
}

void virtio_block_serve(struct virtio_block *b, struct virtio_server *s)
{
	do {
		virtio_queue_hush(&s->queue[0]);
		if (!drain(b, s)) {
			virtio_server_break(s);
			return;
		}
	} while (free_request(b) && !virtio_queue_listen(&s->queue[0]) && virtio_server_runs(s));
}

void virtio_block_done(struct virtio_block *b, struct virtio_server *s, unsigned request, int error)
{
	struct virtio_block_request *r = &b->request[request];

	if (!r->busy)
		return;
	if (virtio_server_runs(s))
		go_on(b, s, r, error);
	else
		r->busy = false;
}

void virtio_block_forget(struct virtio_block *b)
{
	for (unsigned i = 0; i < b->requests; i++)
		b->request[i].busy = false;
}
