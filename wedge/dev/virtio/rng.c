/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rng.c - a virtio entropy device (Virtual I/O Device (VIRTIO) Version 1.2, section 5.4).
 *
 * Invariant: the work for one buffer is bounded by VIRTIO_RNG_MOST.
 */
#include <wedge/dev/virtio_rng.h>

enum { TYPE_ENTROPY = 4, PCI_ENTROPY = 0x1005, PCI_OTHER = 0x00ff00, QUEUE_SIZE = 64 };

void virtio_rng_identity(struct virtio_identity *identity)
{
	*identity = (struct virtio_identity){
		.type = TYPE_ENTROPY,
		.pci_device = PCI_ENTROPY,
		.pci_class = PCI_OTHER,
		.features = VIRTIO_FEATURE_INDIRECT | VIRTIO_FEATURE_EVENT_INDEX |
			    VIRTIO_FEATURE_VERSION_1,
		.queues = 1,
		.queue_size = QUEUE_SIZE,
	};
}

/* 5.4.6.1: the driver gives buffers that the device writes, and no others. */
static int64_t fill(void *unused, unsigned queue, struct virtio_chain *chain)
{
	uint32_t done = 0;

	(void)unused;
	(void)queue;
	if (chain->readable || !chain->count)
		return VIRTIO_REFUSED;
	for (unsigned i = 0; i < chain->count && done < VIRTIO_RNG_MOST; i++) {
		const struct virtio_segment *s = &chain->segment[i];
		uint32_t room = VIRTIO_RNG_MOST - done;
		uint32_t part = s->length < room ? s->length : room;

		if (!dev_host_random(s->bytes, part))
			return done ? (int64_t)done : VIRTIO_REFUSED;
		done += part;
	}
	return done;
}

void virtio_rng_serve(struct virtio_rng *r, struct virtio_server *s)
{
	virtio_server_serve(s, 0, &r->chain, fill, r);
}
