/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_rings.c - see virtio_rings.h.
 *
 * Invariant: the memory is an allocation of its own, so that the address sanitizer sees its ends.
 */
#include "virtio_rings.h"

#include <stdlib.h>
#include <string.h>

enum { HOLE_BYTE = 0xa5 };

struct rings rings;

void rings_free(void)
{
	free(rings.memory);
	rings = (struct rings){0};
}

int rings_teardown(void **state)
{
	(void)state;
	rings_free();
	return 0;
}

void rings_new(uint16_t size)
{
	rings_free();
	rings.memory = calloc(1, RINGS_MEMORY);
	assert_non_null(rings.memory);
	rings.descriptor = rings_at(RINGS_DESCRIPTORS);
	rings.available = rings_at(RINGS_AVAILABLE);
	rings.used = rings_at(RINGS_USED);
	rings.size = size;
}

struct virtio_ring rings_setup(void)
{
	return (struct virtio_ring){
		.descriptors = RINGS_DESCRIPTORS,
		.driver = RINGS_AVAILABLE,
		.device = RINGS_USED,
		.size = rings.size,
		.enabled = 1,
	};
}

void rings_start_device(struct virtio_server *server, struct virtio_shared *shared,
			const struct virtio_identity *identity, unsigned queue, uint64_t features)
{
	rings.available->idx = rings.used->idx = 0;
	*shared = (struct virtio_shared){.run = 1, .features = features};
	shared->queue[queue] = rings_setup();
	virtio_server_init(server, 0, identity, shared);
	assert_true(virtio_server_follow(server));
}

void *rings_at(uint64_t address)
{
	return rings.memory + address;
}

void *dev_host_memory(uint64_t address, uint64_t size)
{
	rings.lookups++;
	if (address > RINGS_MEMORY || size > RINGS_MEMORY - address)
		return NULL;
	if (address < RINGS_HOLE_END && address + size > RINGS_HOLE)
		return NULL;
	return rings_at(address);
}

void dev_host_virtio_interrupt(unsigned device)
{
	(void)device;
	rings.interrupts++;
}

void rings_describe_in(uint64_t table, uint16_t index, uint64_t address, uint32_t length,
		       uint16_t flags, uint16_t next)
{
	struct vring_desc d = {.addr = address, .len = length, .flags = flags, .next = next};

	memcpy(rings_at(table + sizeof(d) * index), &d, sizeof(d)); /* it may be misaligned */
}

void rings_describe(uint16_t index, uint64_t address, uint32_t length, uint16_t flags,
		    uint16_t next)
{
	rings_describe_in(RINGS_DESCRIPTORS, index, address, length, flags, next);
}

void rings_offer(uint16_t head)
{
	rings.available->ring[rings.available->idx % rings.size] = head;
	rings.available->idx++;
}

uint16_t *rings_used_event(void)
{
	return &rings.available->ring[rings.size];
}

uint16_t *rings_avail_event(void)
{
	return (uint16_t *)&rings.used->ring[rings.size];
}

void rings_fill_hole(void)
{
	memset(rings_at(RINGS_HOLE), HOLE_BYTE, RINGS_HOLE_END - RINGS_HOLE);
}

void rings_check_hole(void)
{
	const uint8_t *hole = rings_at(RINGS_HOLE);

	for (unsigned i = 0; i < RINGS_HOLE_END - RINGS_HOLE; i++)
		assert_int_equal(hole[i], HOLE_BYTE);
}
