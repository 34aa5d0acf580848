/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_rings.h - a guest's memory with one split virtqueue in it, as a driver writes it: in the
 * layout of Linux's header, by hand, so that a test can write what no driver should.
 *
 * Invariant: dev_host_memory() gives out nothing but this memory without its hole.
 */
#ifndef TESTS_DEV_VIRTIO_RINGS_H
#define TESTS_DEV_VIRTIO_RINGS_H

#include <linux/virtio_ring.h>

#include <wedge/dev/virtio_queue.h>
#include <wedge/dev/virtio_server.h>

#include "host.h"

/* Guest-physical addresses. */
enum {
	RINGS_DESCRIPTORS = 0x1000,
	RINGS_AVAILABLE = 0x3000,
	RINGS_USED = 0x4000,
	RINGS_TABLE = 0x8000, /* room for indirect tables of 512 descriptors each */
	RINGS_HOLE = 0xa0000,
	RINGS_HOLE_END = 0x100000,
	RINGS_DATA = 0x100000,
	RINGS_MEMORY = 32 << 20,
};

struct rings {
	uint8_t *memory; /* RINGS_MEMORY bytes from guest-physical address 0 */
	struct vring_desc *descriptor;
	struct vring_avail *available;
	struct vring_used *used;
	uint16_t size;
	unsigned interrupts; /* calls of dev_host_virtio_interrupt() */
	unsigned lookups;    /* calls of dev_host_memory() */
};

extern struct rings rings;

/* Zeroed memory, in an allocation of its own, and a ring of `size` entries; and its end. */
void rings_new(uint16_t size);
void rings_free(void);
int rings_teardown(void **state); /* the same, behind a test */

/* What a device must not touch, between two parts of the memory: filled, and still so. */
void rings_fill_hole(void);
void rings_check_hole(void);

/* What the driver would tell the device of the ring. */
struct virtio_ring rings_setup(void);

/*
 * The driver starts the device anew with these features and the ring, empty, as this queue: its
 * server runs.
 */
void rings_start_device(struct virtio_server *server, struct virtio_shared *shared,
			const struct virtio_identity *identity, unsigned queue, uint64_t features);

/* The bytes at a guest-physical address, unchecked. */
void *rings_at(uint64_t address);

/* Descriptor `index` of the ring, or of an indirect table at an address. */
void rings_describe(uint16_t index, uint64_t address, uint32_t length, uint16_t flags,
		    uint16_t next);
void rings_describe_in(uint64_t table, uint16_t index, uint64_t address, uint32_t length,
		       uint16_t flags, uint16_t next);

/* Makes the chain that begins at `head` available. */
void rings_offer(uint16_t head);

/* The event indices, which lie behind the other side's ring. */
uint16_t *rings_used_event(void);
uint16_t *rings_avail_event(void);

#endif
