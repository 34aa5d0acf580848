/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_reset_test.c - a driver that resets its device at any moment, while a server in another
 * thread is at work: once the driver has seen the end of the reset, its memory is its own.
 *
 * Invariant: the driver uses ports alone, and writes its rings only while the device is reset.
 */
#include "virtio_medium.h"
#include "virtio_rings.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>

enum { ROUNDS = 3000, COMMON = 0xc100, SIZE = 16, PATTERN = 0x3c };
enum { STATUS = RINGS_DATA + 0x200, DATA = RINGS_DATA + 0x1000 };

static struct disk_machine machine;
static uint32_t go_on;

static void *serve(void *unused)
{
	(void)unused;
	while (__atomic_load_n(&go_on, __ATOMIC_RELAXED))
		if (virtio_server_follow(&machine.server))
			virtio_block_serve(&machine.block, &machine.server);
		else
			sched_yield();
	return NULL;
}

static uint32_t get(unsigned offset, unsigned width)
{
	return pc_io_read(&pc, (uint16_t)(COMMON + offset), width);
}

static void set(unsigned offset, unsigned width, uint32_t value)
{
	pc_io_write(&pc, (uint16_t)(COMMON + offset), width, value);
}

static void reset_device(void)
{
	set(VIRTIO_PCI_COMMON_STATUS, 1, 0);
	while (get(VIRTIO_PCI_COMMON_STATUS, 1))
		sched_yield();
}

/* Requests for all of the ring; the rings are elsewhere each time. */
static void write_rings(unsigned round)
{
	uint64_t used = RINGS_USED + 0x100 * (round & 7);

	rings.used = rings_at(used);
	memset(rings_at(RINGS_USED), 0, 0x1000);
	memset(rings.available, 0, 6 + 2 * SIZE);
	memset(rings_at(RINGS_DATA), 0, 0x10000);
	for (uint16_t i = 0; i + 2 < SIZE; i += 3) {
		rings_describe(i, RINGS_DATA, 16, VRING_DESC_F_NEXT, i + 1);
		rings_describe(i + 1, DATA + 512u * i, 512, VRING_DESC_F_NEXT | VRING_DESC_F_WRITE,
			       i + 2);
		rings_describe(i + 2, STATUS + i, 1, VRING_DESC_F_WRITE, 0);
		rings_offer(i);
	}
	set(VIRTIO_PCI_COMMON_Q_SIZE, 2, SIZE);
	set(VIRTIO_PCI_COMMON_Q_DESCLO, 4, RINGS_DESCRIPTORS);
	set(VIRTIO_PCI_COMMON_Q_AVAILLO, 4, RINGS_AVAILABLE);
	set(VIRTIO_PCI_COMMON_Q_USEDLO, 4, (uint32_t)used);
	set(VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
}

static void start_device(unsigned round)
{
	set(VIRTIO_PCI_COMMON_STATUS, 1, VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER);
	set(VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	set(VIRTIO_PCI_COMMON_GF, 4, 1);
	set(VIRTIO_PCI_COMMON_STATUS, 1, VIRTIO_CONFIG_S_FEATURES_OK);
	write_rings(round);
	set(VIRTIO_PCI_COMMON_STATUS, 1, VIRTIO_CONFIG_S_DRIVER_OK);
}

static void assert_pattern(uint64_t address, size_t size)
{
	static uint8_t pattern[0x2000];

	memset(pattern, PATTERN, sizeof(pattern));
	assert_memory_equal(rings_at(address), pattern, size);
}

/* Whatever the server writes late would show in the pattern. */
static void assert_memory_is_left_alone(void)
{
	memset(rings_at(RINGS_USED), PATTERN, 0x1000);
	memset(rings_at(STATUS), PATTERN, SIZE);
	memset(rings_at(DATA), PATTERN, 512 * SIZE);
	for (unsigned i = 0; i < 3; i++) {
		sched_yield();
		assert_pattern(RINGS_USED, 0x1000);
		assert_pattern(STATUS, SIZE);
		assert_pattern(DATA, 512 * SIZE);
	}
}

static uint16_t used_index(void)
{
	return __atomic_load_n(&rings.used->idx, __ATOMIC_ACQUIRE);
}

/* Waits until the server has answered so many requests, from none to all. */
static void wait_for(unsigned answers)
{
	while (used_index() < answers)
		sched_yield();
}

static void memory_is_the_drivers_after_a_reset(void **state)
{
	uint64_t seed = 0x9e3779b97f4a7c15;
	unsigned interrupted = 0;
	pthread_t thread;

	(void)state;
	disk_machine_new(&machine, SIZE, false);
	go_on = 1;
	assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		start_device(i);
		wait_for(next_random(&seed) % (SIZE / 3 + 1));
		reset_device();
		interrupted += used_index() < SIZE / 3;
		assert_memory_is_left_alone();
	}
	__atomic_store_n(&go_on, 0, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	assert_int_equal(host.quiets, 0);
	assert_in_range(interrupted, ROUNDS / 10, ROUNDS);
	rings_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_the_drivers_after_a_reset),
	};

	return RUN_TAP(tests);
}
