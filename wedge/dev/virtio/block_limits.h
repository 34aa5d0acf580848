/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block_limits.h - what a virtio block device offers and allows, for what says so
 * (block_identity.c) and what checks it (block.c). Section numbers are of Virtual I/O Device
 * (VIRTIO) Version 1.2.
 *
 * Invariant: the same for every disk; what differs is in struct virtio_block.
 */
#ifndef WEDGE_DEV_VIRTIO_BLOCK_LIMITS_H
#define WEDGE_DEV_VIRTIO_BLOCK_LIMITS_H

#include <wedge/dev/virtio_block.h>

/* Features (5.2.3). */
#define SEG_MAX	     (UINT64_C(1) << 2)
#define READ_ONLY    (UINT64_C(1) << 5)
#define BLK_SIZE     (UINT64_C(1) << 6)
#define FLUSH	     (UINT64_C(1) << 9)
#define DISCARD	     (UINT64_C(1) << 13)
#define WRITE_ZEROES (UINT64_C(1) << 14)

/*
 * Limits that the device names (5.2.4): segments of data of a request, ranges of a discard, and
 * sectors of a range. One range of write zeroes must not keep the medium busy for too long.
 */
enum {
	DATA_SEGMENTS_MAX = VIRTIO_QUEUE_SIZE_MAX - 2,
	RANGES_MAX = VIRTIO_BLOCK_RANGES,
	DISCARD_SECTORS_MAX = INT32_MAX,
	ZEROES_SECTORS_MAX = 1 << 16,
};

#endif
