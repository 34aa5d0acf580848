/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block_identity.c - what a driver sees of a virtio block device before it uses it (Virtual I/O
 * Device (VIRTIO) Version 1.2, sections 5.2.3 and 5.2.4).
 *
 * Invariant: the limits that it names are those that block.c checks.
 */
#include <wedge/dev/virtio_block.h>
#include <wedge/lib.h>
#include "block_limits.h"

enum { TYPE_BLOCK = 2, PCI_BLOCK = 0x1001, PCI_MASS_STORAGE = 0x010000 };

/* The device configuration (5.2.4). */
struct config {
	uint64_t capacity;
	uint32_t size_max;
	uint32_t seg_max;
	uint16_t cylinders;
	uint8_t heads;
	uint8_t geometry_sectors;
	uint32_t blk_size;
	uint8_t topology[8];
	uint8_t writeback;
	uint8_t unused0;
	uint16_t num_queues;
	uint32_t max_discard_sectors;
	uint32_t max_discard_seg;
	uint32_t discard_sector_alignment;
	uint32_t max_write_zeroes_sectors;
	uint32_t max_write_zeroes_seg;
	uint8_t write_zeroes_may_unmap;
	uint8_t unused1[3];
	uint32_t max_secure_erase_sectors;
	uint32_t max_secure_erase_seg;
	uint32_t secure_erase_sector_alignment;
};

_Static_assert(sizeof(struct config) == 72, "the structure of 5.2.4 has no holes");
_Static_assert(sizeof(struct config) <= VIRTIO_CONFIG_MAX, "it has room");

void virtio_block_identity(const struct virtio_block *b, struct virtio_identity *identity)
{
	const struct config config = {
		.capacity = b->sectors,
		.seg_max = DATA_SEGMENTS_MAX,
		.blk_size = VIRTIO_BLOCK_SECTOR,
		.max_discard_sectors = DISCARD_SECTORS_MAX,
		.max_discard_seg = RANGES_MAX,
		.discard_sector_alignment = 1,
		.max_write_zeroes_sectors = ZEROES_SECTORS_MAX,
		.max_write_zeroes_seg = RANGES_MAX,
		.write_zeroes_may_unmap = 1,
	};

	*identity = (struct virtio_identity){
		.type = TYPE_BLOCK,
		.pci_device = PCI_BLOCK,
		.pci_class = PCI_MASS_STORAGE,
		.features = SEG_MAX | BLK_SIZE | FLUSH | VIRTIO_FEATURE_INDIRECT |
			    VIRTIO_FEATURE_EVENT_INDEX | VIRTIO_FEATURE_VERSION_1,
		.queues = 1,
		.queue_size = VIRTIO_QUEUE_SIZE_MAX,
		.config_bytes = sizeof(config),
	};
	identity->features |= b->read_only   ? READ_ONLY
			      : b->no_zeroes ? DISCARD
					     : DISCARD | WRITE_ZEROES;
	memcpy(identity->config, &config, sizeof(config));
}
