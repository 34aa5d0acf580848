/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_medium.c - see virtio_medium.h.
 *
 * Invariant: `stable` changes only in a flush.
 */
#include "virtio_medium.h"
#include "virtio_rings.h"

#include <string.h>

struct medium medium;

void medium_new(void)
{
	medium = (struct medium){0};
	for (unsigned i = 0; i < MEDIUM_BYTES; i++)
		medium.bytes[i] = (uint8_t)(i / 512 + 1);
	memcpy(medium.stable, medium.bytes, sizeof(medium.stable));
}

void medium_device(struct virtio_block *block, bool read_only)
{
	static struct virtio_block_request requests[MEDIUM_REQUESTS];

	medium_new();
	medium.read_only = read_only;
	memset(requests, 0, sizeof(requests));
	*block = (struct virtio_block){
		.disk = MEDIUM_DISK,
		.sectors = MEDIUM_SECTORS,
		.read_only = read_only,
		.request = requests,
		.requests = MEDIUM_REQUESTS,
	};
}

static void check(unsigned disk, uint64_t offset, uint64_t length)
{
	assert_int_equal(disk, MEDIUM_DISK);
	assert_int_equal(offset % 512, 0);
	assert_int_equal(length % 512, 0);
	assert_in_range(length, 512, MEDIUM_BYTES);
	assert_in_range(offset, 0, MEDIUM_BYTES - length);
}

static uint64_t check_segments(unsigned disk, uint64_t offset, const struct virtio_segment *segment,
			       unsigned count)
{
	uint64_t length = 0;

	for (unsigned i = 0; i < count; i++) {
		assert_int_not_equal(segment[i].length, 0);
		length += segment[i].length;
	}
	check(disk, offset, length);
	return length;
}

/* Whether a call ends later. */
static bool ends_later(unsigned request)
{
	assert_in_range(request, 0, MEDIUM_REQUESTS - 1);
	medium.request = request;
	medium.asked += medium.later;
	return medium.later;
}

int dev_host_block_read(unsigned disk, unsigned request, uint64_t offset,
			const struct virtio_segment *to, unsigned count)
{
	check_segments(disk, offset, to, count);
	if (ends_later(request))
		return VIRTIO_BLOCK_LATER;
	medium.reads++;
	for (unsigned i = 0; i < count; i++) {
		memcpy(to[i].bytes, medium.bytes + offset, to[i].length);
		offset += to[i].length;
		if (medium.fails)
			return -1;
	}
	return 0;
}

int dev_host_block_write(unsigned disk, unsigned request, uint64_t offset,
			 const struct virtio_segment *from, unsigned count)
{
	check_segments(disk, offset, from, count);
	assert_false(medium.read_only);
	if (ends_later(request))
		return VIRTIO_BLOCK_LATER;
	medium.writes++;
	for (unsigned i = 0; i < count; i++) {
		memcpy(medium.bytes + offset, from[i].bytes, from[i].length);
		offset += from[i].length;
		if (medium.fails)
			return -1;
	}
	return 0;
}

int dev_host_block_flush(unsigned disk, unsigned request)
{
	assert_int_equal(disk, MEDIUM_DISK);
	if (ends_later(request))
		return VIRTIO_BLOCK_LATER;
	medium.flushes++;
	if (medium.fails)
		return -1;
	memcpy(medium.stable, medium.bytes, sizeof(medium.stable));
	return 0;
}

int dev_host_block_discard(unsigned disk, unsigned request, uint64_t offset, uint64_t length)
{
	check(disk, offset, length);
	assert_false(medium.read_only);
	if (ends_later(request))
		return VIRTIO_BLOCK_LATER;
	medium.discards++;
	memset(medium.bytes + offset, 0xdd, length);
	return medium.fails ? -1 : 0;
}

int dev_host_block_write_zeroes(unsigned disk, unsigned request, uint64_t offset, uint64_t length,
				bool unmap)
{
	check(disk, offset, length);
	assert_false(medium.read_only);
	if (ends_later(request))
		return VIRTIO_BLOCK_LATER;
	medium.zeroes++;
	medium.unmaps += unmap;
	memset(medium.bytes + offset, 0, length);
	return medium.fails ? -1 : 0;
}

void disk_machine_new(struct disk_machine *m, uint16_t ring_size, bool read_only)
{
	struct pc_config config = {
		.host = HOST,
		.ram_bytes = RINGS_MEMORY,
		.virtio_devices = 1,
		.virtio_identity = &m->identity,
		.virtio_shared = host.virtio_shared,
	};

	host_setup(NULL);
	rings_new(ring_size);
	medium_device(&m->block, read_only);
	virtio_block_identity(&m->block, &m->identity);
	virtio_server_init(&m->server, 0, &m->identity, host.virtio_shared);
	pc_init(&pc, &config);
}
