/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * driver.c - see driver.h.
 *
 * Invariant: guest memory is used as follows: descriptors, available ring, used ring; indirect
 * tables; headers and statuses; data.
 */
#include "driver.h"

#include "../xen/apart.h"

enum {
	SIZE = 64,
	DESCRIPTORS = 0x1000,
	AVAILABLE = 0x2000,
	USED = 0x3000,
	TABLES = 0x4000, /* 0x400 for each request */
	HEADERS = 0xa000,
	STATUSES = 0xb000,
	DATA = 0x10000,
};

const struct virtio_identity *driver_identity;
unsigned int driver_devices;
static struct virtio_shared *shared;
static uint16_t offered;

void driver_boot(void)
{
	front_start(&vcpu);
	driver_devices = backend_virtio(&driver_identity, &shared);
}

static struct vring_used *used(void)
{
	return fake_guest(USED);
}

void driver_start(unsigned int device)
{
	memset(fake_guest(DESCRIPTORS), 0, 0x3000);
	offered = 0;
	shared[device].features = driver_identity[device].features & ~VIRTIO_FEATURE_EVENT_INDEX;
	shared[device].queue[0] = (struct virtio_ring){
		.descriptors = DESCRIPTORS,
		.driver = AVAILABLE,
		.device = USED,
		.size = SIZE,
		.enabled = 1,
	};
	shared[device].run = 1;
	backend_virtio_doorbell(device, 0);
	assert_int_equal(shared[device].serving, 1);
}

void driver_reset(unsigned int device)
{
	shared[device].run = 0;
	backend_virtio_doorbell(device, 0);
	backend_virtio_quiet(device);
	assert_int_equal(shared[device].serving, 0);
}

uint8_t *driver_data(unsigned int n)
{
	return fake_guest(DATA + n * DRIVER_DATA_MAX);
}

static uint8_t *status(unsigned int n)
{
	return fake_guest(STATUSES + n);
}

uint8_t driver_status(unsigned int n)
{
	return *status(n);
}

unsigned int driver_answered(void)
{
	return used()->idx;
}

void driver_offer(unsigned int n, uint32_t type, uint64_t sector, uint32_t length, uint32_t piece)
{
	struct vring_desc *table = fake_guest(TABLES + 0x400 * n);
	struct vring_desc *own = fake_guest(DESCRIPTORS);
	struct vring_avail *available = fake_guest(AVAILABLE);
	struct virtio_blk_outhdr header = {.type = type, .sector = sector};
	unsigned int count = 0;

	assert_in_range(length, 0, DRIVER_DATA_MAX);
	memcpy(fake_guest(HEADERS + 16 * n), &header, sizeof(header));
	*status(n) = DRIVER_NOT_ANSWERED;
	table[count++] = (struct vring_desc){HEADERS + 16 * n, 16, VRING_DESC_F_NEXT, 1};
	for (uint32_t at = 0; at < length; at += piece) {
		uint32_t part = length - at < piece ? length - at : piece;
		uint16_t write = type == VIRTIO_BLK_T_IN ? VRING_DESC_F_WRITE : 0;

		table[count] =
			(struct vring_desc){DATA + n * DRIVER_DATA_MAX + at, part,
					    VRING_DESC_F_NEXT | write, (uint16_t)(count + 1)};
		count++;
	}
	table[count++] = (struct vring_desc){STATUSES + n, 1, VRING_DESC_F_WRITE, 0};
	assert_in_range(count, 0, 0x400 / sizeof(*table));
	own[n] = (struct vring_desc){TABLES + 0x400 * n, count * (uint32_t)sizeof(*table),
				     VRING_DESC_F_INDIRECT, 0};
	available->ring[offered++ % SIZE] = (uint16_t)n;
	available->idx = offered;
}

void driver_ring(unsigned int device)
{
	backend_virtio_doorbell(device, 0);
}

uint8_t driver_do(unsigned int device, uint32_t type, uint64_t sector, uint32_t length)
{
	driver_offer(0, type, sector, length, length ? length : 1);
	driver_ring(device);
	world();
	return driver_status(0);
}

unsigned int driver_configured(unsigned int device)
{
	return shared[device].config_sequence / 2;
}

uint64_t driver_capacity(unsigned int device)
{
	uint64_t capacity;

	memcpy(&capacity,
	       driver_configured(device) ? (const void *)shared[device].config
					 : driver_identity[device].config,
	       sizeof(capacity));
	return capacity;
}

bool driver_is_told_to_reset(unsigned int device)
{
	return shared[device].needs_reset;
}

void driver_offer_wrong(unsigned int n, uint64_t address, uint32_t length)
{
	struct vring_desc *table = fake_guest(TABLES + 0x400 * n);

	driver_offer(n, VIRTIO_BLK_T_IN, 0, 512, 512);
	table[1].addr = address;
	table[1].len = length;
}

static void (*running)(void);

static void run_here(void **state)
{
	(void)state;
	fake_domain_new();
	running();
}

void driver_run(void (*test)(void))
{
	running = test;
	run_apart(run_here);
}
