/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_queue.h - one split virtqueue as a device sees it (Virtual I/O Device (VIRTIO) Version
 * 1.2, section 2.7), with indirect descriptors and event indices.
 *
 * The driver is not trusted. What it writes is read once and checked; what cannot be right breaks
 * the queue, which then gives no more chains. The work for one chain is bounded by
 * VIRTIO_QUEUE_SIZE_MAX descriptors.
 *
 * Invariant: all guest memory is reached through dev_host_memory().
 */
#ifndef WEDGE_DEV_VIRTIO_QUEUE_H
#define WEDGE_DEV_VIRTIO_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <wedge/dev/virtio_shared.h>

/* Bytes of a buffer, in guest memory that the guest may change at any time. */
struct virtio_segment {
	uint8_t *bytes;
	uint32_t length; /* not 0 */
};

/*
 * A chain of descriptors: segments [0, readable) the driver has filled, segments [readable, count)
 * the device fills. All lengths together fit into 32 bits.
 */
struct virtio_chain {
	uint16_t head;
	uint16_t readable;
	uint16_t count;
	struct virtio_segment segment[VIRTIO_QUEUE_SIZE_MAX];
};

struct virtio_queue {
	struct virtio_ring ring; /* size 0: the driver does not use this queue */
	bool event_index;	 /* VIRTIO_FEATURE_EVENT_INDEX */
	bool indirect;		 /* VIRTIO_FEATURE_INDIRECT */
	bool broken;
	uint16_t taken; /* entries of the available ring taken so far, modulo 65536 */
	uint16_t given; /* entries of the used ring written so far, modulo 65536 */
};

enum virtio_take { VIRTIO_NONE, VIRTIO_CHAIN, VIRTIO_BROKEN };

/* A queue at its start. `features`: what driver and device have agreed on. */
void virtio_queue_start(struct virtio_queue *q, const struct virtio_ring *ring, uint64_t features);

/*
 * Takes the next available chain. VIRTIO_NONE: there is none now. VIRTIO_BROKEN: the driver broke
 * the rules, and the queue stays broken. The segments are valid until the chain is given back.
 */
enum virtio_take virtio_queue_take(struct virtio_queue *q, struct virtio_chain *chain);

/*
 * Gives a chain back: the first `written` bytes of its writable segments are filled. Returns true
 * if the driver wants an interrupt for it.
 */
bool virtio_queue_give(struct virtio_queue *q, uint16_t head, uint32_t written);

/*
 * Gives several chains back at once: the driver sees all of them, or none yet. At most as many as
 * the ring has entries, and one at least.
 */
struct virtio_given {
	uint16_t head;
	uint32_t written;
};
bool virtio_queue_give_all(struct virtio_queue *q, const struct virtio_given *given,
			   unsigned count);

/* The last `count` chains taken, none of which was given back, are available as before. */
void virtio_queue_put_back(struct virtio_queue *q, unsigned count);

/*
 * Tells the driver that it need not ring; and that it shall ring at the next chain. The second
 * returns false if a chain has come meanwhile: take that first, it may have come without a ring.
 */
void virtio_queue_hush(struct virtio_queue *q);
bool virtio_queue_listen(struct virtio_queue *q);

/* virtio_queue_take(), and if there is no chain, the driver rings when there is one. */
enum virtio_take virtio_queue_take_or_listen(struct virtio_queue *q, struct virtio_chain *chain);

/*
 * For a queue whose rings another program serves, none of the functions above: whether its rings
 * are such as a driver may set up, all of them in the guest's memory, or not in use; whether the
 * driver has made chains available since the last call; and that the program is gone, which had
 * taken the chains in their order, so that virtio_queue_take() begins with the first that it has
 * not given back.
 */
bool virtio_queue_is_right(const struct virtio_queue *q);
bool virtio_queue_has_news(struct virtio_queue *q);
void virtio_queue_resume(struct virtio_queue *q);

/* ---- what the program defines that links queue.c ---- */

/*
 * `size` bytes at a guest-physical address, or NULL if any of them is not the guest's memory. Any
 * address and size may come, also such whose sum is more than 64 bits. The pointer is aligned as
 * the address is, up to 16 bytes.
 */
void *dev_host_memory(uint64_t address, uint64_t size);

#endif
