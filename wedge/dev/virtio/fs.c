/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fs.c - see virtio_fs.h. A request begins with a header that names it, an answer with one that has
 * the same number (5.11.6.1; include/uapi/linux/fuse.h of Linux). A request without room for an
 * answer wants none.
 *
 * Invariant: of a request only its number is read.
 */
#include <wedge/dev/virtio_buffer.h>
#include <wedge/dev/virtio_fs.h>
#include <wedge/lib.h>

enum { TYPE_FS = 26, PCI_FS = 0x1040 + TYPE_FS, PCI_STORAGE_OTHER = 0x018000 };

/* Requests that a driver may have under way in each queue. */
enum { QUEUE_SIZE = 128 };

enum { NOT_CONNECTED = 107 };

struct request_header {
	uint32_t length;
	uint32_t opcode;
	uint64_t number;
};

struct answer_header {
	uint32_t length;
	int32_t error; /* negative, or 0 */
	uint64_t number;
};

/* The device configuration (5.11.4). */
struct config {
	uint8_t tag[VIRTIO_FS_TAG];
	uint32_t request_queues;
};

void virtio_fs_identity(const char *tag, uint64_t features, struct virtio_identity *identity)
{
	struct config config = {.request_queues = VIRTIO_FS_QUEUES - 1};

	for (unsigned i = 0; i < VIRTIO_FS_TAG && tag[i]; i++)
		config.tag[i] = (uint8_t)tag[i];
	*identity = (struct virtio_identity){
		.type = TYPE_FS,
		.pci_device = PCI_FS,
		.pci_class = PCI_STORAGE_OTHER,
		.features = features & (VIRTIO_FEATURE_INDIRECT | VIRTIO_FEATURE_EVENT_INDEX |
					VIRTIO_FEATURE_VERSION_1),
		.queues = VIRTIO_FS_QUEUES,
		.queue_size = QUEUE_SIZE,
		.config_bytes = sizeof(config),
	};
	memcpy(identity->config, &config, sizeof(config));
}

void virtio_fs_take_over(struct virtio_server *s)
{
	for (unsigned i = 0; i < s->queues; i++)
		virtio_queue_resume(&s->queue[i]);
}

/* Returns the bytes of the answer. */
static int64_t answer(void *unused, unsigned queue, struct virtio_chain *chain)
{
	struct virtio_buffer request = virtio_readable(chain), room = virtio_writable(chain);
	struct answer_header to = {.length = sizeof(to), .error = -NOT_CONNECTED};
	struct request_header from;

	(void)unused;
	(void)queue;
	if (!room.count || virtio_pull(&request, &from, sizeof(from)) < sizeof(from))
		return 0;
	to.number = from.number;
	return (int64_t)virtio_push(&room, &to, sizeof(to));
}

void virtio_fs_refuse(struct virtio_server *s, struct virtio_chain *chain)
{
	for (unsigned i = 0; i < s->queues; i++)
		virtio_server_serve(s, i, chain, answer, NULL);
}
