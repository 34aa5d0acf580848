/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_balloon_test.c - a virtio balloon device that takes reports of unused memory (Virtual I/O
 * Device (VIRTIO) Version 1.2, section 5.5), by the numbers of Linux's header.
 *
 * Invariant: all that the device gives away is recorded, and lies within guest memory.
 */
#include "virtio_rings.h"

#include <linux/virtio_balloon.h>
#include <linux/virtio_ids.h>

#include <wedge/dev/virtio_balloon.h>

enum { NEXT = VRING_DESC_F_NEXT, WRITE = VRING_DESC_F_WRITE, DATA = RINGS_DATA, RUNS = 20000 };

#define BIT(n) (UINT64_C(1) << (n))

static struct virtio_shared shared;
static struct virtio_server server;
static struct virtio_balloon balloon;
static struct virtio_identity identity;
static uint64_t unused, reports, first;

void dev_host_memory_unused(uint8_t *bytes, uint32_t length)
{
	uint64_t address = (uint64_t)(bytes - rings.memory);

	assert_true(length > 0 && address + length <= RINGS_MEMORY);
	assert_true(address >= RINGS_HOLE_END || address + length <= RINGS_HOLE);
	if (!reports++)
		first = address;
	unused += length;
}

static void start(unsigned queue, uint64_t features, uint32_t poison)
{
	unused = reports = first = 0;
	rings_start_device(&server, &shared, &identity, queue, features);
	shared.written[3] = poison;
}

static uint64_t usual(void)
{
	return VIRTIO_FEATURE_VERSION_1 | BIT(VIRTIO_BALLOON_F_REPORTING);
}

static int balloon_setup(void **state)
{
	(void)state;
	rings_new(16);
	virtio_balloon_identity(&identity);
	return 0;
}

/* As Linux reports: several runs of pages in a chain. */
static void report(void)
{
	rings_describe(0, DATA, 0x200000, NEXT | WRITE, 1);
	rings_describe(1, DATA + 0x400000, 0x100000, WRITE, 0);
	rings_offer(0);
	virtio_balloon_serve(&balloon, &server);
	assert_int_equal(rings.used->idx, 1);
	assert_int_equal(rings.used->ring[0].len, 0);
	assert_false(server.broken);
}

static void a_device_says_what_it_is(void **state)
{
	const struct virtio_balloon_config *config = (const void *)identity.config;

	(void)state;
	assert_int_equal(identity.type, VIRTIO_ID_BALLOON);
	assert_int_equal(identity.pci_device, 0x1002);
	assert_int_equal(identity.config_bytes, sizeof(*config));
	assert_int_equal(config->num_pages, 0);
	assert_int_equal(identity.config_writable,
			 1 << offsetof(struct virtio_balloon_config, actual) / 4 |
				 1 << offsetof(struct virtio_balloon_config, poison_val) / 4);
	assert_true(identity.features & BIT(VIRTIO_BALLOON_F_REPORTING));
	assert_false(identity.features & BIT(VIRTIO_BALLOON_F_STATS_VQ));
	assert_false(identity.features & BIT(VIRTIO_BALLOON_F_FREE_PAGE_HINT));
}

/* Linux counts the queues that are there, the specification all. */
static void reports_come_in_either_queue(void **state)
{
	(void)state;
	for (unsigned queue = 2; queue <= 4; queue += 2) {
		start(queue, usual(), 0);
		report();
		assert_int_equal(unused, 0x300000);
		assert_int_equal(reports, 2);
		assert_int_equal(first, DATA);
	}
}

static void pages_in_the_balloon_stay(void **state)
{
	(void)state;
	for (unsigned queue = 0; queue <= 1; queue++) {
		start(queue, usual(), 0);
		report();
		assert_int_equal(reports, 0);
	}
}

/* 5.5.6.7.1 */
static void pages_with_a_value_stay(void **state)
{
	uint64_t poison = BIT(VIRTIO_BALLOON_F_PAGE_POISON);

	(void)state;
	start(2, usual() | poison, 0xaaaaaaaa);
	report();
	assert_int_equal(reports, 0);
	start(2, usual() | poison, 0);
	report();
	assert_int_equal(reports, 2);
	start(2, usual(), 0xaaaaaaaa); /* the word has no meaning without the feature */
	report();
	assert_int_equal(reports, 2);
}

static void a_driver_without_the_feature_reports_nothing(void **state)
{
	(void)state;
	start(2, VIRTIO_FEATURE_VERSION_1, 0);
	report();
	assert_int_equal(reports, 0);
}

/* What the device may not write to is no memory to be given away. */
static void memory_to_be_read_stays(void **state)
{
	(void)state;
	start(2, usual(), 0);
	rings_describe(0, DATA, 0x1000, NEXT, 1);
	rings_describe(1, DATA + 0x1000, 0x1000, WRITE, 0);
	rings_offer(0);
	virtio_balloon_serve(&balloon, &server);
	assert_int_equal(reports, 1);
	assert_int_equal(first, DATA + 0x1000);
}

static void memory_that_is_not_the_guests_breaks(void **state)
{
	static const struct {
		uint64_t address;
		uint32_t length;
	} bad[] = {{RINGS_MEMORY, 0x1000},
		   {RINGS_MEMORY - 0x1000, 0x2000},
		   {RINGS_HOLE - 1, 2},
		   {UINT64_MAX - 0xfff, 0x2000},
		   {0, UINT32_MAX}};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		start(2, usual(), 0);
		rings_describe(0, bad[i].address, bad[i].length, WRITE, 0);
		rings_offer(0);
		virtio_balloon_serve(&balloon, &server);
		assert_true(server.broken);
		assert_int_equal(reports, 0);
		assert_int_equal(shared.needs_reset, 1);
	}
}

/* Any descriptors: what is given away is guest memory, or nothing is (dev_host_memory_unused()). */
static void hostile_reports(void **state)
{
	uint64_t seed = 0x2545f4914f6cdd1d, all = 0;

	(void)state;
	for (unsigned i = 0; i < RUNS; i++) {
		start(next_random(&seed) % 5, usual(), 0);
		for (uint16_t d = 0; d < 16; d++) {
			uint64_t r = next_random(&seed);

			rings_describe(
				d, r % (RINGS_MEMORY + 0x100000), (uint32_t)(r >> 40) & 0xfffff,
				(uint16_t)(r >> 32 & 7 & (r >> 35)), (uint16_t)(r >> 28 & 15));
		}
		rings_offer((uint16_t)(next_random(&seed) & 15));
		virtio_balloon_serve(&balloon, &server);
		all += reports;
	}
	assert_true(all > 100);
}

#define BALLOON_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, balloon_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BALLOON_TEST(a_device_says_what_it_is),
		BALLOON_TEST(reports_come_in_either_queue),
		BALLOON_TEST(pages_in_the_balloon_stay),
		BALLOON_TEST(pages_with_a_value_stay),
		BALLOON_TEST(a_driver_without_the_feature_reports_nothing),
		BALLOON_TEST(memory_to_be_read_stays),
		BALLOON_TEST(memory_that_is_not_the_guests_breaks),
		BALLOON_TEST(hostile_reports),
	};

	return RUN_TAP(tests);
}
