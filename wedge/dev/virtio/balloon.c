/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balloon.c - a virtio balloon device (Virtual I/O Device (VIRTIO) Version 1.2, section 5.5) that
 * takes reports of unused memory.
 *
 * The queues behind the first two are there only if their feature is offered, and the specification
 * counts them all the same (5.5.2), but Linux and QEMU do not: reports come in queue 2 or 4.
 *
 * Invariant: no report is carried out for a driver whose pages must keep a value that is not 0.
 */
#include <wedge/dev/virtio_balloon.h>

/* Features (5.5.3). */
#define PAGE_POISON    (UINT64_C(1) << 4)
#define PAGE_REPORTING (UINT64_C(1) << 5)

enum { TYPE_BALLOON = 5, PCI_BALLOON = 0x1002, PCI_OTHER = 0x00ff00, QUEUE_SIZE = 128 };
enum { DEFLATE = 1, QUEUES = 5 };

/* The device configuration (5.5.4), in words; num_pages and the free page command stay 0. */
enum { ACTUAL = 1, POISON = 3, CONFIG_WORDS };

void virtio_balloon_identity(struct virtio_identity *identity)
{
	*identity = (struct virtio_identity){
		.type = TYPE_BALLOON,
		.pci_device = PCI_BALLOON,
		.pci_class = PCI_OTHER,
		.features = PAGE_POISON | PAGE_REPORTING | VIRTIO_FEATURE_INDIRECT |
			    VIRTIO_FEATURE_EVENT_INDEX | VIRTIO_FEATURE_VERSION_1,
		.queues = QUEUES,
		.queue_size = QUEUE_SIZE,
		.config_bytes = CONFIG_WORDS * 4,
		.config_writable = 1 << ACTUAL | 1 << POISON,
	};
}

/* 5.5.6.7: without PAGE_POISON the driver takes any content; with it, its value or the content. */
static bool may_be_zeros(const struct virtio_server *s)
{
	if (!(s->features & PAGE_REPORTING))
		return false;
	return !(s->features & PAGE_POISON) || !virtio_server_written(s, POISON * 4);
}

/* Pages that a driver puts into the balloon, which it was not asked for, stay as they are. */
static int64_t carry_out(void *model, unsigned queue, struct virtio_chain *chain)
{
	struct virtio_balloon *b = model;

	if (queue <= DEFLATE || !may_be_zeros(b->server))
		return 0;
	for (unsigned i = chain->readable; i < chain->count; i++)
		dev_host_memory_unused(chain->segment[i].bytes, chain->segment[i].length);
	return 0;
}

void virtio_balloon_serve(struct virtio_balloon *b, struct virtio_server *s)
{
	b->server = s;
	for (unsigned queue = 0; queue < QUEUES; queue++)
		if (s->queue[queue].ring.size)
			virtio_server_serve(s, queue, &b->chain, carry_out, b);
}
