/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_block.h - requests to a virtio block device (Virtual I/O Device (VIRTIO) Version 1.2,
 * section 5.2): read, write, flush, discard, write zeroes, and its serial number.
 *
 * Requests are served one after the other, each as a whole. A request that the specification does
 * not allow fails with the status that it names; one without room for a status breaks the queue.
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

struct virtio_block {
	unsigned disk;	  /* names it to dev_host_block_*() */
	uint64_t sectors; /* capacity, in units of VIRTIO_BLOCK_SECTOR bytes; below 2^55 */
	bool read_only;
	char serial[VIRTIO_BLOCK_SERIAL_SIZE]; /* ends with a NUL if it is shorter */
	struct virtio_chain chain;	       /* the request at work */
};

/* What a driver sees of this device. */
void virtio_block_identity(const struct virtio_block *b, struct virtio_identity *identity);

/*
 * Serves all requests that are in the queue, until it is empty or the driver resets the device.
 * Call it when virtio_server_follow() has returned true. On return the driver rings for the next
 * request.
 */
void virtio_block_serve(struct virtio_block *b, struct virtio_server *s);

/* ---- what the program defines that links block.c ---- */

/*
 * All are called by the thread that serves the device, and return when the work is done: 0, or
 * anything else for an error, which the driver sees as VIRTIO_BLK_S_IOERR. Offsets and lengths are
 * bytes, multiples of VIRTIO_BLOCK_SECTOR and within the capacity.
 *
 * A write may stay in a cache until the next flush. After discard the content is undefined, after
 * write_zeroes it is zeros; `unmap`: the room may be given back.
 */
int dev_host_block_read(unsigned disk, uint64_t offset, const struct virtio_segment *to,
			unsigned count);
int dev_host_block_write(unsigned disk, uint64_t offset, const struct virtio_segment *from,
			 unsigned count);
int dev_host_block_flush(unsigned disk);
int dev_host_block_discard(unsigned disk, uint64_t offset, uint64_t length);
int dev_host_block_write_zeroes(unsigned disk, uint64_t offset, uint64_t length, bool unmap);

#endif
