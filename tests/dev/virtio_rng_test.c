/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_rng_test.c - a virtio entropy device (Virtual I/O Device (VIRTIO) Version 1.2, section
 * 5.4), and what serves any device's queue (virtio_server_serve()).
 *
 * Invariant: the source counts what it gives, so that each byte is accounted for.
 */
#include "virtio_rings.h"

#include <string.h>

#include <linux/virtio_ids.h>

#include <wedge/dev/virtio_rng.h>

enum { NEXT = VRING_DESC_F_NEXT, WRITE = VRING_DESC_F_WRITE, DATA = RINGS_DATA, SOURCE = 0x5a };

static struct virtio_shared shared;
static struct virtio_server server;
static struct virtio_rng rng;
static struct virtio_identity identity;
static uint32_t given, left;

bool dev_host_random(uint8_t *to, uint32_t length)
{
	assert_in_range(length, 1, VIRTIO_RNG_MOST);
	if (length > left)
		return false;
	memset(to, SOURCE, length);
	left -= length;
	given += length;
	return true;
}

static int rng_setup(void **state)
{
	(void)state;
	rings_new(16);
	given = 0;
	left = UINT32_MAX;
	virtio_rng_identity(&identity);
	rings_start_device(&server, &shared, &identity, 0,
			   identity.features & ~VIRTIO_FEATURE_EVENT_INDEX);
	return 0;
}

static uint32_t last_length(void)
{
	return rings.used->ring[(uint16_t)(rings.used->idx - 1) % rings.size].len;
}

static void a_device_says_what_it_is(void **state)
{
	(void)state;
	assert_int_equal(identity.type, VIRTIO_ID_RNG);
	assert_int_equal(identity.pci_device, 0x1005);
	assert_int_equal(identity.queues, 1);
	assert_int_equal(identity.config_bytes, 0);
	assert_true(identity.features & VIRTIO_FEATURE_VERSION_1);
}

static void buffers_are_filled(void **state)
{
	(void)state;
	rings_describe(0, DATA, 10, NEXT | WRITE, 1);
	rings_describe(1, DATA + 100, 54, WRITE, 0);
	rings_describe(2, DATA + 200, 1, WRITE, 0);
	rings_offer(0);
	rings_offer(2);
	virtio_rng_serve(&rng, &server);
	assert_int_equal(rings.used->idx, 2);
	assert_int_equal(rings.used->ring[0].len, 64);
	assert_int_equal(rings.used->ring[1].len, 1);
	assert_int_equal(given, 65);
	assert_int_equal(*(uint8_t *)rings_at(DATA + 9), SOURCE);
	assert_int_equal(*(uint8_t *)rings_at(DATA + 10), 0);
	assert_int_equal(*(uint8_t *)rings_at(DATA + 153), SOURCE);
	assert_int_equal(*(uint8_t *)rings_at(DATA + 154), 0);
	assert_int_equal(shared.interrupt, VIRTIO_INTERRUPT_QUEUE);
}

/* 5.4.6.2: less than the driver asked for. */
static void a_large_buffer_gets_a_part(void **state)
{
	(void)state;
	rings_describe(0, DATA, VIRTIO_RNG_MOST - 1, NEXT | WRITE, 1);
	rings_describe(1, DATA + 0x100000, 0x100000, WRITE, 0);
	rings_offer(0);
	virtio_rng_serve(&rng, &server);
	assert_int_equal(last_length(), VIRTIO_RNG_MOST);
	assert_int_equal(given, VIRTIO_RNG_MOST);
	assert_int_equal(*(uint8_t *)rings_at(DATA + 0x100000), SOURCE);
	assert_int_equal(*(uint8_t *)rings_at(DATA + 0x100001), 0);
}

static void assert_broken(void)
{
	virtio_rng_serve(&rng, &server);
	assert_true(server.broken);
	assert_int_equal(shared.needs_reset, 1);
	assert_true(shared.interrupt & VIRTIO_INTERRUPT_CONFIG);
	assert_int_equal(given, 0);
	virtio_rng_serve(&rng, &server); /* and stays so */
	assert_int_equal(rings.used->idx, 0);
}

/* 5.4.6.1 */
static void what_the_device_may_not_write_breaks(void **state)
{
	(void)state;
	rings_describe(0, DATA, 64, NEXT, 1);
	rings_describe(1, DATA + 100, 64, WRITE, 0);
	rings_offer(0);
	assert_broken();
}

static void memory_that_is_not_there_breaks(void **state)
{
	(void)state;
	rings_describe(0, RINGS_MEMORY - 1, 2, WRITE, 0);
	rings_offer(0);
	assert_broken();
}

static void a_source_that_gives_nothing_breaks(void **state)
{
	(void)state;
	left = 0;
	rings_describe(0, DATA, 64, WRITE, 0);
	rings_offer(0);
	assert_broken();
}

static void a_source_that_ends_gives_what_it_had(void **state)
{
	(void)state;
	left = 64;
	rings_describe(0, DATA, 64, NEXT | WRITE, 1);
	rings_describe(1, DATA + 100, 64, WRITE, 0);
	rings_offer(0);
	virtio_rng_serve(&rng, &server);
	assert_false(server.broken);
	assert_int_equal(last_length(), 64);
}

static void a_reset_ends_the_work(void **state)
{
	(void)state;
	rings_describe(0, DATA, 64, WRITE, 0);
	rings_offer(0);
	shared.run = 0;
	virtio_rng_serve(&rng, &server);
	assert_int_equal(given, 0);
	assert_false(virtio_server_follow(&server));
}

#define RNG_TEST(function) cmocka_unit_test_setup_teardown(function, rng_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RNG_TEST(a_device_says_what_it_is),
		RNG_TEST(buffers_are_filled),
		RNG_TEST(a_large_buffer_gets_a_part),
		RNG_TEST(what_the_device_may_not_write_breaks),
		RNG_TEST(memory_that_is_not_there_breaks),
		RNG_TEST(a_source_that_gives_nothing_breaks),
		RNG_TEST(a_source_that_ends_gives_what_it_had),
		RNG_TEST(a_reset_ends_the_work),
	};

	return RUN_TAP(tests);
}
