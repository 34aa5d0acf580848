/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_medium.h - a disk in memory behind the dev_host_block_*() services, with a cache that only
 * a flush writes back.
 *
 * Invariant: each call is checked for what virtio_block.h promises of it.
 */
#ifndef TESTS_DEV_VIRTIO_MEDIUM_H
#define TESTS_DEV_VIRTIO_MEDIUM_H

#include <wedge/dev/virtio_block.h>
#include <wedge/dev/virtio_server.h>

#include "host.h"

enum { MEDIUM_SECTORS = 64, MEDIUM_BYTES = MEDIUM_SECTORS * 512, MEDIUM_DISK = 5 };

struct medium {
	uint8_t bytes[MEDIUM_BYTES];  /* as they are read */
	uint8_t stable[MEDIUM_BYTES]; /* as they survive a loss of power */
	bool read_only;		      /* it must not be asked to change */
	bool fails;		      /* every call is an error, after half of its work */
	bool later;	  /* calls end later: they are answered so, and done nothing for */
	unsigned asked;	  /* calls so answered */
	unsigned request; /* that the last call was for */
	unsigned reads, writes, flushes, discards, zeroes, unmaps;
};

extern struct medium medium;

/* Sector n is full of bytes n + 1, all stable. */
void medium_new(void);

/* The same as the medium of a block device, which has up to MEDIUM_REQUESTS requests at work. */
enum { MEDIUM_REQUESTS = 4 };
void medium_device(struct virtio_block *block, bool read_only);

/* The PC of host.h with this disk, and the disk's server, which does not run yet. */
struct disk_machine {
	struct virtio_identity identity;
	struct virtio_server server;
	struct virtio_block block;
};
void disk_machine_new(struct disk_machine *m, uint16_t ring_size, bool read_only);

#endif
