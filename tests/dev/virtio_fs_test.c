/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_fs_test.c - a virtio file system device as far as it is ours: what drivers see of it
 * (Virtual I/O Device (VIRTIO) Version 1.2, section 5.11.4), the answers when its program is gone,
 * by Linux's header for FUSE, and the rings that a program serves in our place.
 *
 * Invariant: none of its own.
 */
#include "virtio_rings.h"

#include <linux/fuse.h>
#include <linux/virtio_config.h>
#include <linux/virtio_fs.h>

#include <wedge/dev/virtio_fs.h>

enum { ENTRIES = 8, REQUEST = RINGS_DATA, ANSWER = RINGS_DATA + 0x1000, ROOM = 100 };

static struct virtio_shared shared;
static struct virtio_identity identity;
static struct virtio_server server;
static struct virtio_chain chain;
static unsigned stops;

static void start(void)
{
	shared.queue[1] = rings_setup();
	shared.run = 1;
	assert_true(virtio_server_follow(&server));
}

static int setup(void **state)
{
	(void)state;
	rings_new(ENTRIES);
	shared = (struct virtio_shared){0};
	virtio_fs_identity("folder", UINT64_MAX, &identity);
	virtio_server_init(&server, 0, &identity, &shared);
	start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rings_free();
	return 0;
}

/* Request `number` in chain `head`, in two pieces, with `room` bytes for the answer in two. */
static void offer(uint16_t head, uint64_t number, uint32_t room)
{
	struct fuse_in_header header = {.len = 60, .opcode = FUSE_GETATTR, .unique = number};
	uint64_t from = REQUEST + 0x100u * head, to = ANSWER + 0x100u * head;
	uint16_t next = (uint16_t)(head + 1);
	struct fuse_in_header *at = rings_at(from);

	*at = header;
	rings_describe(head, from, 10, VRING_DESC_F_NEXT, next);
	rings_describe(next, from + 10, 50, room ? VRING_DESC_F_NEXT : 0, (uint16_t)(head + 2));
	rings_describe((uint16_t)(head + 2), to, 5, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT,
		       (uint16_t)(head + 3));
	rings_describe((uint16_t)(head + 3), to + 5, room - 5, VRING_DESC_F_WRITE, 0);
	rings_offer(head);
}

static void check_answer(unsigned entry, uint16_t head, uint64_t number)
{
	const struct fuse_out_header *answer = rings_at(ANSWER + 0x100u * head);

	assert_int_equal(rings.used->ring[entry].id, head);
	assert_int_equal(rings.used->ring[entry].len, sizeof(*answer));
	assert_int_equal(answer->len, sizeof(*answer));
	assert_int_equal(answer->error, -107);
	assert_int_equal(answer->unique, number);
}

static void test_identity(void **state)
{
	const struct virtio_fs_config *config = (const void *)identity.config;

	(void)state;
	assert_int_equal(identity.type, 26);
	assert_int_equal(identity.pci_device, 0x105a);
	assert_int_equal(identity.queues, 2);
	assert_string_equal((const char *)config->tag, "folder");
	assert_int_equal(config->num_request_queues, 1);
	assert_int_equal(identity.features,
			 UINT64_C(1) << VIRTIO_F_VERSION_1 | UINT64_C(1) << 28 | UINT64_C(1) << 29);
}

/* A tag of full length has no NUL. */
static void test_long_tag(void **state)
{
	const char tag[] = "123456789012345678901234567890123456";

	(void)state;
	virtio_fs_identity(tag, 0, &identity);
	assert_memory_equal(identity.config, tag, 36);
	assert_int_equal(identity.config[36], 1);
	assert_int_equal(identity.features, 0);
}

static void test_requests_are_refused(void **state)
{
	(void)state;
	offer(0, 0x1234567890, ROOM);
	offer(4, 7, ROOM);
	virtio_fs_refuse(&server, &chain);
	assert_int_equal(rings.used->idx, 2);
	check_answer(0, 0, 0x1234567890);
	check_answer(1, 4, 7);
	assert_true(rings.interrupts > 0);
	assert_false(server.broken);
}

/* FUSE_FORGET wants no answer. */
static void test_without_room(void **state)
{
	(void)state;
	offer(0, 1, 0);
	virtio_fs_refuse(&server, &chain);
	assert_int_equal(rings.used->idx, 1);
	assert_int_equal(rings.used->ring[0].len, 0);
}

/* Too short for a number, or with too little room: given back, not more is written than fits. */
static void test_short_pieces(void **state)
{
	uint8_t *behind = rings_at(ANSWER + 8);

	(void)state;
	rings_describe(0, REQUEST, 15, VRING_DESC_F_NEXT, 1);
	rings_describe(1, ANSWER, 100, VRING_DESC_F_WRITE, 0);
	rings_offer(0);
	virtio_fs_refuse(&server, &chain);
	assert_int_equal(rings.used->ring[0].len, 0);
	rings_describe(0, REQUEST, 40, VRING_DESC_F_NEXT, 1);
	rings_describe(1, ANSWER, 8, VRING_DESC_F_WRITE, 0);
	*behind = 0x77;
	rings_offer(0);
	virtio_fs_refuse(&server, &chain);
	assert_int_equal(rings.used->idx, 2);
	assert_int_equal(rings.used->ring[1].len, 8);
	assert_int_equal(*behind, 0x77);
}

static void test_driver_breaks_rules(void **state)
{
	(void)state;
	rings_describe(0, RINGS_HOLE, 64, 0, 0);
	rings_offer(0);
	virtio_fs_refuse(&server, &chain);
	assert_true(server.broken);
	assert_int_equal(shared.needs_reset, 1);
}

/* The program had completed two of three, across the end of 16 bits. */
static void test_take_over(void **state)
{
	(void)state;
	rings.available->idx = rings.used->idx = 0xfffe;
	offer(0, 1, ROOM);
	offer(0, 1, ROOM);
	offer(4, 3, ROOM);
	assert_true(virtio_queue_has_news(&server.queue[1]));
	assert_false(virtio_queue_has_news(&server.queue[1]));
	rings.used->idx = 0;
	virtio_fs_take_over(&server);
	virtio_fs_refuse(&server, &chain);
	assert_int_equal(rings.used->idx, 1);
	check_answer(0, 4, 3);
}

static void test_wrong_rings(void **state)
{
	static const struct virtio_ring wrong[] = {
		{.descriptors = RINGS_HOLE, .driver = RINGS_AVAILABLE, .device = RINGS_USED},
		{.descriptors = RINGS_DESCRIPTORS, .driver = RINGS_HOLE, .device = RINGS_USED},
		{.descriptors = RINGS_DESCRIPTORS, .driver = RINGS_AVAILABLE, .device = RINGS_HOLE},
		{.descriptors = RINGS_DESCRIPTORS + 8,
		 .driver = RINGS_AVAILABLE,
		 .device = RINGS_USED},
		{.descriptors = RINGS_MEMORY - 16, .driver = RINGS_AVAILABLE, .device = RINGS_USED},
	};

	(void)state;
	assert_true(virtio_queue_is_right(&server.queue[0]));
	assert_true(virtio_queue_is_right(&server.queue[1]));
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct virtio_ring ring = wrong[i];
		struct virtio_queue queue;

		ring.size = ENTRIES;
		ring.enabled = 1;
		virtio_queue_start(&queue, &ring, 0);
		assert_false(virtio_queue_is_right(&queue));
	}
}

static void count_stop(void *model)
{
	assert_ptr_equal(model, &stops);
	assert_int_equal(shared.serving, 1);
	stops++;
}

/* Whoever serves the rings in our place is stopped before the driver may believe in the reset. */
static void test_stop_comes_first(void **state)
{
	(void)state;
	server.stop = count_stop;
	server.model = &stops;
	stops = 0;
	assert_true(virtio_server_follow(&server));
	assert_int_equal(stops, 0);
	shared.run = 0;
	assert_false(virtio_server_follow(&server));
	assert_int_equal(stops, 1);
	assert_int_equal(shared.serving, 0);
	assert_false(virtio_server_follow(&server));
	assert_int_equal(stops, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_identity),	 TEST(test_long_tag),	  TEST(test_requests_are_refused),
		TEST(test_without_room), TEST(test_short_pieces), TEST(test_driver_breaks_rules),
		TEST(test_take_over),	 TEST(test_wrong_rings),  TEST(test_stop_comes_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
