/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buffer.c - see virtio_buffer.h.
 *
 * Invariant: no byte beyond a segment's length is touched.
 */
#include <wedge/dev/virtio_buffer.h>
#include <wedge/lib.h>

struct virtio_buffer virtio_readable(struct virtio_chain *chain)
{
	return (struct virtio_buffer){chain->segment, chain->readable};
}

struct virtio_buffer virtio_writable(struct virtio_chain *chain)
{
	return (struct virtio_buffer){chain->segment + chain->readable,
				      (unsigned)chain->count - chain->readable};
}

uint64_t virtio_length(const struct virtio_segment *segment, unsigned count)
{
	uint64_t length = 0;

	for (unsigned i = 0; i < count; i++)
		length += segment[i].length;
	return length;
}

/* Takes up to `size` bytes away from the first segment; how many. */
static size_t shorten(struct virtio_buffer *b, size_t size)
{
	struct virtio_segment *s = b->segment;
	size_t part = s->length < size ? s->length : size;

	s->bytes += part;
	s->length -= (uint32_t)part;
	if (!s->length) {
		b->segment++;
		b->count--;
	}
	return part;
}

size_t virtio_pull(struct virtio_buffer *b, void *to, size_t size)
{
	size_t done = 0;

	while (done < size && b->count) {
		const uint8_t *from = b->segment->bytes;
		size_t part = shorten(b, size - done);

		memcpy((uint8_t *)to + done, from, part);
		done += part;
	}
	/* The compiler must not read the guest's memory again in place of the copy. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return done;
}

size_t virtio_push(struct virtio_buffer *b, const void *from, size_t size)
{
	size_t done = 0;

	while (done < size && b->count) {
		uint8_t *to = b->segment->bytes;
		size_t part = shorten(b, size - done);

		memcpy(to, (const uint8_t *)from + done, part);
		done += part;
	}
	return done;
}
