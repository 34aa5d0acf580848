/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_balloon.h - a virtio balloon device (Virtual I/O Device (VIRTIO) Version 1.2, section 5.5)
 * for one purpose: a driver reports memory that it does not use (VIRTIO_BALLOON_F_PAGE_REPORTING),
 * and the host takes back what is in it. The driver is never asked to give memory up.
 *
 * Invariant: memory is given to dev_host_memory_unused() only while the driver waits for the chain
 * that names it, and only if the driver does not rely on what is in it.
 */
#ifndef WEDGE_DEV_VIRTIO_BALLOON_H
#define WEDGE_DEV_VIRTIO_BALLOON_H

#include <stdint.h>

#include <wedge/dev/virtio_queue.h>
#include <wedge/dev/virtio_server.h>

struct virtio_balloon {
	struct virtio_server *server;
	struct virtio_chain chain; /* the one at work */
};

/* What a driver sees of this device. */
void virtio_balloon_identity(struct virtio_identity *identity);

/* Serves all queues. Call it when virtio_server_follow() has returned true. */
void virtio_balloon_serve(struct virtio_balloon *b, struct virtio_server *s);

/* ---- what the program defines that links balloon.c ---- */

/*
 * The guest does not use these bytes: from the next moment on they may be zeros, or what they were.
 * Any address within guest memory, and any length.
 */
void dev_host_memory_unused(uint8_t *bytes, uint32_t length);

#endif
