/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_rng.h - a virtio entropy device (Virtual I/O Device (VIRTIO) Version 1.2, section 5.4): it
 * fills the driver's buffers with random bytes.
 *
 * Invariant: no buffer is given back with a byte counted that dev_host_random() has not written.
 */
#ifndef WEDGE_DEV_VIRTIO_RNG_H
#define WEDGE_DEV_VIRTIO_RNG_H

#include <stdbool.h>
#include <stdint.h>

#include <wedge/dev/virtio_queue.h>
#include <wedge/dev/virtio_server.h>

/* Bytes that one buffer gets at most: a driver that wants more asks again (5.4.6.2). */
enum { VIRTIO_RNG_MOST = 65536 };

struct virtio_rng {
	struct virtio_chain chain; /* the buffer at work */
};

/* What a driver sees of this device. */
void virtio_rng_identity(struct virtio_identity *identity);

/*
 * Fills all buffers in the queue. Call it when virtio_server_follow() has returned true; on return
 * the driver rings for the next one. A buffer that is not the device's to write, or a source that
 * gives nothing, breaks the queue.
 */
void virtio_rng_serve(struct virtio_rng *r, struct virtio_server *s);

/* ---- what the program defines that links rng.c ---- */

/* Fills `length` bytes, at most VIRTIO_RNG_MOST, fit for keys. False: there are none. */
bool dev_host_random(uint8_t *to, uint32_t length);

#endif
