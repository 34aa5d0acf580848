/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_balloon_pages_test.c - a virtio balloon device that asks for pages and gives them back
 * (Virtual I/O Device (VIRTIO) Version 1.2, section 5.5), by the numbers of Linux's header.
 *
 * Invariant: the host of this test records what it is told, and has memory for so many pages as
 * the test says.
 */
#include "virtio_rings.h"

#include <string.h>

#include <linux/virtio_balloon.h>
#include <linux/virtio_ids.h>

#include <wedge/dev/virtio_balloon_pages.h>

enum { NEXT = VRING_DESC_F_NEXT, DATA = RINGS_DATA, MOST = 2000 };
enum { GIVE, GET }; /* queues */

#define BIT(n) (UINT64_C(1) << (n))

static struct virtio_shared shared;
static struct virtio_server server;
static struct virtio_balloon_pages balloon;
static struct virtio_identity identity;
static uint32_t taken[MOST], returned[MOST];
static unsigned taken_count, returned_count, host_has;
static bool refuses;

bool dev_host_balloon_take(const uint32_t *pages, unsigned count)
{
	assert_in_range(count, 1, VIRTIO_BALLOON_PIECE);
	assert_in_range(taken_count + count, 0, MOST);
	memcpy(taken + taken_count, pages, count * sizeof(*pages));
	taken_count += count;
	return !refuses;
}

int dev_host_balloon_return(const uint32_t *pages, unsigned count)
{
	unsigned back = count < host_has ? count : host_has;

	assert_in_range(count, 1, VIRTIO_BALLOON_PIECE);
	assert_in_range(returned_count + back, 0, MOST);
	if (refuses)
		return -1;
	host_has -= back;
	memcpy(returned + returned_count, pages, back * sizeof(*pages));
	returned_count += back;
	return (int)back;
}

static void start(unsigned queue, uint64_t features)
{
	taken_count = returned_count = 0;
	refuses = false;
	host_has = UINT32_MAX;
	balloon = (struct virtio_balloon_pages){0};
	rings_start_device(&server, &shared, &identity, queue, features);
}

static uint64_t usual(void)
{
	return VIRTIO_FEATURE_VERSION_1 | BIT(VIRTIO_BALLOON_F_MUST_TELL_HOST);
}

static int balloon_setup(void **state)
{
	(void)state;
	rings_new(16);
	virtio_balloon_pages_identity(&identity);
	return 0;
}

/* Page n of a list is number(n). */
static uint32_t number(unsigned n)
{
	return n * 7 + 0x01020304;
}

/* A chain of so many numbers, cut behind `cut` bytes. */
static void offer(unsigned count, uint32_t cut)
{
	uint32_t *list = (uint32_t *)(rings.memory + DATA);

	for (unsigned i = 0; i < count; i++)
		list[i] = number(i);
	if (cut) {
		rings_describe(0, DATA, cut, NEXT, 1);
		rings_describe(1, DATA + cut, count * 4 - cut, 0, 0);
	} else {
		rings_describe(0, DATA, count * 4, 0, 0);
	}
	rings_offer(0);
	virtio_balloon_pages_serve(&balloon, &server);
}

static void assert_numbers(const uint32_t *list, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(list[i], number(i));
}

static void a_device_says_what_it_is(void **state)
{
	(void)state;
	assert_int_equal(identity.type, VIRTIO_ID_BALLOON);
	assert_int_equal(identity.pci_device, 0x1002);
	assert_int_equal(identity.config_writable,
			 1 << offsetof(struct virtio_balloon_config, actual) / 4);
	assert_true(identity.features & BIT(VIRTIO_BALLOON_F_MUST_TELL_HOST));
	assert_false(identity.features & BIT(VIRTIO_BALLOON_F_DEFLATE_ON_OOM));
	assert_int_equal(identity.queues, 2);
}

static void it_asks_by_its_configuration(void **state)
{
	(void)state;
	start(GIVE, usual());
	virtio_balloon_pages_ask(&server, 0x12345);
	assert_int_equal(shared.config[offsetof(struct virtio_balloon_config, num_pages) / 4],
			 0x12345);
	assert_int_equal(shared.interrupt & VIRTIO_INTERRUPT_CONFIG, VIRTIO_INTERRUPT_CONFIG);
}

/* However the driver cuts its list. */
static void pages_go_to_the_host(void **state)
{
	static const struct {
		unsigned count;
		uint32_t cut;
	} lists[] = {{1, 0}, {256, 0}, {256, 4}, {256, 511}, {1000, 0}, {1000, 3}};

	(void)state;
	for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		start(GIVE, usual());
		offer(lists[i].count, lists[i].cut);
		assert_int_equal(taken_count, lists[i].count);
		assert_numbers(taken, taken_count);
		assert_int_equal(rings.used->idx, 1);
		assert_int_equal(returned_count, 0);
	}
}

static void pages_come_back(void **state)
{
	(void)state;
	start(GET, usual());
	offer(1000, 3);
	assert_int_equal(returned_count, 1000);
	assert_numbers(returned, 1000);
	assert_int_equal(rings.used->idx, 1);
	assert_int_equal(taken_count, 0);
}

/* The chain is not given back before all of its pages are there, and each comes once. */
static void pages_that_the_host_lacks_take_their_time(void **state)
{
	(void)state;
	start(GET, usual());
	host_has = 0;
	offer(600, 3);
	for (unsigned has = 100; has <= 500; has += 100) {
		assert_true(balloon.waits);
		host_has = 100;
		virtio_balloon_pages_serve(&balloon, &server);
		assert_int_equal(returned_count, has);
		assert_int_equal(rings.used->idx, 0);
	}
	host_has = UINT32_MAX;
	virtio_balloon_pages_serve(&balloon, &server);
	assert_false(balloon.waits);
	assert_int_equal(returned_count, 600);
	assert_numbers(returned, 600);
	assert_int_equal(rings.used->idx, 1);
}

static void a_reset_drops_what_waits(void **state)
{
	(void)state;
	start(GET, usual());
	host_has = 0;
	offer(10, 0);
	shared.run = 0;
	assert_false(virtio_server_follow(&server));
	virtio_balloon_pages_forget(&balloon);
	assert_false(balloon.waits);
	start(GET, usual());
	offer(2, 0);
	assert_int_equal(returned_count, 2);
}

static void what_the_host_refuses_breaks(void **state)
{
	(void)state;
	for (unsigned queue = GIVE; queue <= GET; queue++) {
		start(queue, usual());
		refuses = true;
		offer(10, 0);
		assert_true(server.broken);
		assert_false(balloon.waits);
		assert_int_equal(shared.needs_reset, 1);
		assert_int_equal(rings.used->idx, 0);
	}
}

static void a_driver_that_does_not_tell_keeps_its_pages(void **state)
{
	(void)state;
	for (unsigned queue = GIVE; queue <= GET; queue++) {
		start(queue, VIRTIO_FEATURE_VERSION_1);
		offer(10, 0);
		assert_int_equal(taken_count + returned_count, 0);
		assert_int_equal(rings.used->idx, 1);
		assert_false(server.broken);
	}
}

/* No number, or part of one: nothing is done, and the chain comes back. */
static void short_lists_are_empty(void **state)
{
	(void)state;
	start(GIVE, usual());
	rings_describe(0, DATA, 3, 0, 0);
	rings_offer(0);
	virtio_balloon_pages_serve(&balloon, &server);
	assert_int_equal(taken_count, 0);
	assert_int_equal(rings.used->idx, 1);
}

#define BALLOON_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, balloon_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BALLOON_TEST(a_device_says_what_it_is),
		BALLOON_TEST(it_asks_by_its_configuration),
		BALLOON_TEST(pages_go_to_the_host),
		BALLOON_TEST(pages_come_back),
		BALLOON_TEST(pages_that_the_host_lacks_take_their_time),
		BALLOON_TEST(a_reset_drops_what_waits),
		BALLOON_TEST(what_the_host_refuses_breaks),
		BALLOON_TEST(a_driver_that_does_not_tell_keeps_its_pages),
		BALLOON_TEST(short_lists_are_empty),
	};

	return RUN_TAP(tests);
}
