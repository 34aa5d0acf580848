/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_buffer.h - the bytes of a chain, or of its beginning or end, as one run: drivers cut what
 * they send into descriptors anyhow (Virtual I/O Device (VIRTIO) Version 1.2, section 2.7.4).
 *
 * Invariant: a buffer's segments have bytes, so one without segments is empty and all others are
 * not.
 */
#ifndef WEDGE_DEV_VIRTIO_BUFFER_H
#define WEDGE_DEV_VIRTIO_BUFFER_H

#include <stddef.h>

#include <wedge/dev/virtio_queue.h>

struct virtio_buffer {
	struct virtio_segment *segment; /* the functions below change them, but for the first */
	unsigned count;
};

/* What the driver has filled of a chain, and what the device fills. */
struct virtio_buffer virtio_readable(struct virtio_chain *chain);
struct virtio_buffer virtio_writable(struct virtio_chain *chain);

/* Bytes of `count` segments together. */
uint64_t virtio_length(const struct virtio_segment *segment, unsigned count);

/*
 * Copies up to `size` bytes out of the buffer's beginning, or into it, and takes that beginning
 * away from the buffer. How many bytes: less than `size` only if there are no more. What was copied
 * out does not change any more, whatever the guest does.
 */
size_t virtio_pull(struct virtio_buffer *b, void *to, size_t size);
size_t virtio_push(struct virtio_buffer *b, const void *from, size_t size);

#endif
