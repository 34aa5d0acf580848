/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_server_test.c - how a server of a virtio device starts and stops with its driver.
 *
 * Invariant: the driver's side is struct virtio_shared and the ring alone.
 */
#include "virtio_rings.h"

#include <wedge/dev/virtio_server.h>

enum { SIZE = 8 };

static struct virtio_chain chain;
static struct virtio_shared shared;
static struct virtio_server server;

static int server_setup(void **state)
{
	static const struct virtio_identity identity = {
		.queues = 1,
		.queue_size = SIZE,
		.features = VIRTIO_FEATURE_EVENT_INDEX,
	};

	(void)state;
	rings_new(SIZE);
	shared = (struct virtio_shared){0};
	shared.queue[0] = rings_setup();
	virtio_server_init(&server, 3, &identity, &shared);
	return 0;
}

static void a_server_follows_the_driver(void **state)
{
	(void)state;
	assert_false(virtio_server_follow(&server));
	assert_int_equal(shared.serving, 0);
	shared.run = 1;
	assert_true(virtio_server_follow(&server));
	assert_int_equal(shared.serving, 1);
	assert_true(virtio_server_runs(&server));
	assert_true(virtio_server_follow(&server));
	shared.run = 0;
	assert_false(virtio_server_runs(&server));
	assert_int_equal(shared.serving, 1); /* until it has been told */
	assert_false(virtio_server_follow(&server));
	assert_int_equal(shared.serving, 0);
}

static void a_server_keeps_its_copy_of_the_ring(void **state)
{
	(void)state;
	shared.features = UINT64_MAX;
	shared.run = 1;
	virtio_server_follow(&server);
	assert_int_equal(server.features, VIRTIO_FEATURE_EVENT_INDEX); /* what it offers */
	shared.queue[0].descriptors = RINGS_HOLE;
	assert_true(virtio_server_follow(&server));
	rings_describe(0, RINGS_DATA, 1, 0, 0);
	rings_offer(0);
	assert_int_equal(virtio_queue_take(&server.queue[0], &chain), VIRTIO_CHAIN);
	shared.run = 0;
	virtio_server_follow(&server);
	shared.run = 1;
	assert_true(virtio_server_follow(&server)); /* it begins anew */
	assert_int_equal(virtio_queue_take(&server.queue[0], &chain), VIRTIO_BROKEN);
}

static void a_server_interrupts_once(void **state)
{
	(void)state;
	virtio_server_interrupt(&server);
	virtio_server_interrupt(&server);
	assert_int_equal(shared.interrupt, VIRTIO_INTERRUPT_QUEUE);
	assert_int_equal(rings.interrupts, 1);
	shared.interrupt = 0; /* the driver has looked */
	virtio_server_interrupt(&server);
	assert_int_equal(rings.interrupts, 2);
}

static void a_broken_device_waits_for_its_reset(void **state)
{
	(void)state;
	shared.run = 1;
	virtio_server_follow(&server);
	virtio_server_break(&server);
	assert_int_equal(shared.needs_reset, 1);
	assert_int_equal(shared.interrupt, VIRTIO_INTERRUPT_CONFIG);
	assert_int_equal(rings.interrupts, 1);
	assert_false(virtio_server_runs(&server));
	assert_false(virtio_server_follow(&server));
	assert_int_equal(shared.serving, 1);
	shared.run = 0;
	assert_false(virtio_server_follow(&server));
	assert_int_equal(shared.serving, 0);
	assert_int_equal(shared.needs_reset, 0);
	shared.run = 1;
	assert_true(virtio_server_follow(&server));
}

#define SERVER_TEST(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, server_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(a_server_follows_the_driver),
		SERVER_TEST(a_server_keeps_its_copy_of_the_ring),
		SERVER_TEST(a_server_interrupts_once),
		SERVER_TEST(a_broken_device_waits_for_its_reset),
	};

	return RUN_TAP(tests);
}
