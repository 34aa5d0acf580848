/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_block.h - requests to a virtio block device (Virtual I/O Device (VIRTIO) Version 1.2,
 * section 5.2): read, write, flush, discard, write zeroes, and its serial number.
 *
 * A medium may do its work at once, or later: then several requests are at work, and end in any
 * order. A request that the specification does not allow fails with the status that it names; one
 * without room for a status breaks the queue.
 *
 * Invariant: the medium is asked only for whole sectors within its capacity, and to change only if
 * it is not read-only.
 */
#ifndef WEDGE_DEV_VIRTIO_BLOCK_H
#define WEDGE_DEV_VIRTIO_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <wedge/dev/virtio_queue.h>
#include <wedge/dev/virtio_server.h>

enum { VIRTIO_BLOCK_SECTOR = 512, VIRTIO_BLOCK_SERIAL_SIZE = 20 };

/* Ranges of a discard or of zeros, as the driver names them (5.2.6). */
enum { VIRTIO_BLOCK_RANGES = 16 };

struct virtio_block_range {
	uint64_t sector;
	uint32_t sectors;
	uint32_t flags;
};

/* A request at work; all of it is block.c's own. */
struct virtio_block_request {
	bool busy;
	uint32_t type;
	uint64_t sector;
	unsigned piece, pieces;	  /* its work is so many calls of the medium, one after the other */
	uint32_t written;	  /* bytes that the device writes */
	uint8_t *status;	  /* where its status goes */
	unsigned first, count;	  /* its data: segments of the chain */
	unsigned answer, answers; /* the segments that the device writes, but for the status */
	unsigned ranges;
	struct virtio_block_range range[VIRTIO_BLOCK_RANGES];
	struct virtio_chain chain;
};

struct virtio_block {
	unsigned disk;	  /* names it to dev_host_block_*() */
	uint64_t sectors; /* capacity, in units of VIRTIO_BLOCK_SECTOR bytes; below 2^55 */
	bool read_only;
	bool no_zeroes;			       /* the medium cannot write zeros by itself */
	char serial[VIRTIO_BLOCK_SERIAL_SIZE]; /* ends with a NUL if it is shorter */
	/*
	 * Room for requests, zero at first. As many as the medium may have at work, one at least.
	 */
	struct virtio_block_request *request;
	unsigned requests;
};

/* What a driver sees of this device. */
void virtio_block_identity(const struct virtio_block *b, struct virtio_identity *identity);

/*
 * Serves the requests that are in the queue, until it is empty, all room for requests is taken, or
 * the driver resets the device. Call it when virtio_server_follow() has returned true, and after
 * virtio_block_done(). On return the driver rings for the next request, unless there was no room.
 */
void virtio_block_serve(struct virtio_block *b, struct virtio_server *s);

/*
 * The medium has done later what it was called for: `error` as the call would have returned it. May
 * call the medium again for the same request.
 */
void virtio_block_done(struct virtio_block *b, struct virtio_server *s, unsigned request,
		       int error);

/*
 * The driver has reset the device, virtio_server_follow() has returned false: the requests at work
 * are dropped. The medium must not touch their memory any more, nor end them.
 */
void virtio_block_forget(struct virtio_block *b);

/* ---- what the program defines that links block.c ---- */

/* The medium's answer that the work is going on: virtio_block_done() will tell. */
enum { VIRTIO_BLOCK_LATER = INT32_MIN };

/*
 * All are called by the thread that serves the device, and return 0 when the work is done, or
 * VIRTIO_BLOCK_LATER, or anything else for an error, which the driver sees as VIRTIO_BLK_S_IOERR.
 * Offsets and lengths are bytes, multiples of VIRTIO_BLOCK_SECTOR and within the capacity.
 * `request`, below virtio_block.requests, names the work to virtio_block_done(); the segments stay
 * as they are until then.
 *
 * A write may stay in a cache until the next flush. After discard the content is undefined, after
 * write_zeroes it is zeros; `unmap`: the room may be given back.
 */
int dev_host_block_read(unsigned disk, unsigned request, uint64_t offset,
			const struct virtio_segment *to, unsigned count);
int dev_host_block_write(unsigned disk, unsigned request, uint64_t offset,
			 const struct virtio_segment *from, unsigned count);
int dev_host_block_flush(unsigned disk, unsigned request);
int dev_host_block_discard(unsigned disk, unsigned request, uint64_t offset, uint64_t length);
int dev_host_block_write_zeroes(unsigned disk, unsigned request, uint64_t offset, uint64_t length,
				bool unmap);

#endif
