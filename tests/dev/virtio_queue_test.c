/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_queue_test.c - split virtqueues (Virtual I/O Device (VIRTIO) Version 1.2, section 2.7) of
 * drivers that keep the rules and of drivers that do not.
 *
 * Invariant: a queue that the driver broke gives no chain afterwards.
 */
#include "virtio_rings.h"

#include <string.h>

enum {
	SIZE = 8,
	NEXT = VRING_DESC_F_NEXT,
	WRITE = VRING_DESC_F_WRITE,
	INDIRECT = VRING_DESC_F_INDIRECT
};

static struct virtio_queue queue;
static struct virtio_chain chain;

static void start(uint64_t features)
{
	struct virtio_ring ring = rings_setup();

	virtio_queue_start(&queue, &ring, features);
}

static int queue_setup(void **state)
{
	(void)state;
	rings_new(SIZE);
	start(VIRTIO_FEATURE_INDIRECT);
	return 0;
}

static void assert_segment(unsigned index, uint64_t address, uint32_t length)
{
	assert_ptr_equal(chain.segment[index].bytes, rings_at(address));
	assert_int_equal(chain.segment[index].length, length);
}

static void an_empty_queue_has_none(void **state)
{
	(void)state;
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_NONE);
	rings_describe(3, RINGS_DATA, 1, 0, 0);
	rings_offer(3);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_CHAIN);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_NONE);
}

static void a_chain_has_its_segments(void **state)
{
	(void)state;
	rings_describe(5, RINGS_DATA, 16, NEXT, 2);
	rings_describe(2, RINGS_DATA + 0x1001, 512, NEXT | WRITE, 7);
	rings_describe(7, RINGS_MEMORY - 1, 1, WRITE, 0);
	rings_offer(5);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_CHAIN);
	assert_int_equal(chain.head, 5);
	assert_int_equal(chain.readable, 1);
	assert_int_equal(chain.count, 3);
	assert_segment(0, RINGS_DATA, 16);
	assert_segment(1, RINGS_DATA + 0x1001, 512);
	assert_segment(2, RINGS_MEMORY - 1, 1);
}

static void chains_come_in_order_and_go_back(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < SIZE; i++) {
		rings_describe(i, RINGS_DATA + i, 1, 0, 0);
		rings_offer((uint16_t)(SIZE - 1 - i));
	}
	for (uint16_t i = 0; i < SIZE; i++) {
		assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_CHAIN);
		assert_int_equal(chain.head, SIZE - 1 - i);
	}
	assert_int_equal(rings.used->idx, 0);
	virtio_queue_give(&queue, 4, 77);
	virtio_queue_give(&queue, 1, 0);
	assert_int_equal(rings.used->idx, 2);
	assert_int_equal(rings.used->ring[0].id, 4);
	assert_int_equal(rings.used->ring[0].len, 77);
	assert_int_equal(rings.used->ring[1].id, 1);
	assert_int_equal(rings.used->ring[1].len, 0);
}

/* Both indices go round at 65536, and the rings at their size. */
static void indices_go_round(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 140000; i++) {
		uint16_t head = i % SIZE;

		rings_describe(head, RINGS_DATA + i, 1, 0, 0);
		rings_offer(head);
		assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_CHAIN);
		assert_segment(0, RINGS_DATA + i, 1);
		virtio_queue_give(&queue, chain.head, i);
		assert_int_equal(rings.used->idx, (uint16_t)(i + 1));
		assert_int_equal(rings.used->ring[i % SIZE].len, i);
	}
}

static void an_indirect_table_is_a_chain(void **state)
{
	(void)state;
	rings_describe(0, RINGS_TABLE, 3 * 16, INDIRECT | WRITE, 0); /* WRITE means nothing */
	rings_describe_in(RINGS_TABLE, 0, RINGS_DATA, 16, NEXT, 2);
	rings_describe_in(RINGS_TABLE, 2, RINGS_DATA + 16, 32, NEXT | WRITE, 1);
	rings_describe_in(RINGS_TABLE, 1, RINGS_DATA + 48, 64, WRITE, 0);
	rings_offer(0);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_CHAIN);
	assert_int_equal(chain.readable, 1);
	assert_int_equal(chain.count, 3);
	assert_segment(1, RINGS_DATA + 16, 32);
	assert_segment(2, RINGS_DATA + 48, 64);
}

/* 2.7.5.3.2: descriptors of the queue first, then a table, which need not be aligned. */
static void a_table_may_end_a_chain(void **state)
{
	(void)state;
	rings_describe(0, RINGS_DATA, 16, NEXT, 1);
	rings_describe(1, RINGS_TABLE + 1, 16, INDIRECT, 0);
	rings_describe_in(RINGS_TABLE + 1, 0, RINGS_DATA + 16, 1, WRITE, 0);
	rings_offer(0);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_CHAIN);
	assert_int_equal(chain.count, 2);
	assert_segment(1, RINGS_DATA + 16, 1);
}

static void make_long_table(uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		rings_describe_in(RINGS_TABLE, i, RINGS_DATA + i, 1, i + 1 < count ? NEXT : 0,
				  (uint16_t)(i + 1));
	rings_describe(0, RINGS_TABLE, count * 16u, INDIRECT, 0);
	rings_offer(0);
}

static void the_longest_chain_fits(void **state)
{
	(void)state;
	make_long_table(VIRTIO_QUEUE_SIZE_MAX);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_CHAIN);
	assert_int_equal(chain.count, VIRTIO_QUEUE_SIZE_MAX);
	assert_segment(VIRTIO_QUEUE_SIZE_MAX - 1, RINGS_DATA + VIRTIO_QUEUE_SIZE_MAX - 1, 1);
}

/* ---- notifications ---- */

static bool give_one(void)
{
	rings_describe(0, RINGS_DATA, 1, 0, 0);
	rings_offer(0);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_CHAIN);
	return virtio_queue_give(&queue, 0, 0);
}

static void interrupts_by_flag(void **state)
{
	(void)state;
	assert_true(give_one());
	rings.available->flags = VRING_AVAIL_F_NO_INTERRUPT;
	*rings_used_event() = rings.used->idx; /* not negotiated */
	assert_false(give_one());
	rings.available->flags = 0;
	assert_true(give_one());
}

static void interrupts_by_index(void **state)
{
	(void)state;
	start(VIRTIO_FEATURE_EVENT_INDEX);
	rings.available->flags = VRING_AVAIL_F_NO_INTERRUPT; /* counts no more */
	for (unsigned i = 0; i < 70000; i++) {
		uint16_t before = rings.used->idx, event = (uint16_t)(before + i % 5 - 2);
		bool wanted;

		*rings_used_event() = event;
		wanted = give_one();
		assert_int_equal(wanted, vring_need_event(event, rings.used->idx, before) != 0);
	}
}

static void doorbells_by_flag(void **state)
{
	(void)state;
	virtio_queue_hush(&queue);
	assert_int_equal(rings.used->flags, VRING_USED_F_NO_NOTIFY);
	assert_true(virtio_queue_listen(&queue));
	assert_int_equal(rings.used->flags, 0);
	virtio_queue_hush(&queue);
	rings_describe(0, RINGS_DATA, 1, 0, 0);
	rings_offer(0);
	assert_false(virtio_queue_listen(&queue)); /* it came without a ring */
}

static void doorbells_by_index(void **state)
{
	(void)state;
	start(VIRTIO_FEATURE_EVENT_INDEX);
	give_one();
	assert_int_equal(*rings_avail_event(), 0);
	virtio_queue_hush(&queue);
	assert_int_equal(rings.used->flags, 0);
	assert_true(virtio_queue_listen(&queue));
	assert_int_equal(*rings_avail_event(), 1);
	rings_offer(0);
	assert_false(virtio_queue_listen(&queue));
}

/* ---- what breaks a queue ---- */

static void assert_broken(const char *what)
{
	if (virtio_queue_take(&queue, &chain) != VIRTIO_BROKEN)
		fail_msg("the queue was not broken by %s", what);
	/* It stays so, whatever is put right. */
	rings_new(SIZE);
	rings_describe(0, RINGS_DATA, 1, 0, 0);
	rings_offer(0);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_BROKEN);
	assert_int_equal(rings.used->idx, 0);
}

/* Where a number beyond the table would lead: to descriptors that are right. */
static void put_good_ones_behind(uint64_t table)
{
	rings_describe_in(table, SIZE, RINGS_DATA, 1, 0, 0);
	rings_describe_in(table, 0xffff, RINGS_DATA, 1, 0, 0);
}

static void segments_that_break(void **state)
{
	static const struct {
		const char *what;
		uint64_t address;
		uint32_t length;
		uint16_t flags, next;
	} bad[] = {
		{"length 0", RINGS_DATA, 0, 0, 0},
		{"an address behind memory", RINGS_MEMORY, 1, 0, 0},
		{"an end behind memory", RINGS_MEMORY - 1, 2, 0, 0},
		{"an address in the hole", RINGS_HOLE, 1, WRITE, 0},
		{"an end in the hole", RINGS_HOLE - 1, 2, WRITE, 0},
		{"the last address", UINT64_MAX, 1, 0, 0},
		{"an end beyond 2^64", UINT64_MAX - 15, 32, 0, 0},
		{"a high address", UINT64_C(1) << 32 | RINGS_DATA, 1, 0, 0},
		{"the greatest length", RINGS_DATA, UINT32_MAX, 0, 0},
		{"a next one beyond the table", RINGS_DATA, 1, NEXT, SIZE},
		{"a far next one", RINGS_DATA, 1, NEXT, 0xffff},
		{"itself as next", RINGS_DATA, 1, NEXT, 0},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		queue_setup(NULL);
		put_good_ones_behind(RINGS_DESCRIPTORS);
		rings_describe(0, bad[i].address, bad[i].length, bad[i].flags, bad[i].next);
		rings_offer(0);
		assert_broken(bad[i].what);
		queue_setup(NULL);
		put_good_ones_behind(RINGS_TABLE);
		rings_describe(0, RINGS_TABLE, SIZE * 16, INDIRECT, 0);
		rings_describe_in(RINGS_TABLE, 0, bad[i].address, bad[i].length, bad[i].flags,
				  bad[i].next);
		rings_offer(0);
		assert_broken(bad[i].what);
	}
}

static void tables_that_break(void **state)
{
	static const struct {
		const char *what;
		uint64_t features;
		uint64_t address;
		uint32_t length;
		uint16_t flags;
	} bad[] = {
		{"an empty table", VIRTIO_FEATURE_INDIRECT, RINGS_TABLE, 0, INDIRECT},
		{"half a descriptor", VIRTIO_FEATURE_INDIRECT, RINGS_TABLE, 8, INDIRECT},
		{"a table and a half", VIRTIO_FEATURE_INDIRECT, RINGS_TABLE, 24, INDIRECT},
		{"a table behind memory", VIRTIO_FEATURE_INDIRECT, RINGS_MEMORY, 16, INDIRECT},
		{"a table in the hole", VIRTIO_FEATURE_INDIRECT, RINGS_HOLE - 16, 32, INDIRECT},
		{"a table at the last address", VIRTIO_FEATURE_INDIRECT, UINT64_MAX, 16, INDIRECT},
		{"a table with a next one", VIRTIO_FEATURE_INDIRECT, RINGS_TABLE, 16,
		 INDIRECT | NEXT},
		{"a table without the feature", 0, RINGS_TABLE, 16, INDIRECT},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		queue_setup(NULL);
		start(bad[i].features);
		rings_describe_in(RINGS_TABLE, 0, RINGS_DATA, 1, 0, 0);
		rings_describe(0, bad[i].address, bad[i].length, bad[i].flags, 1);
		rings_describe(1, RINGS_DATA, 1, 0, 0);
		rings_offer(0);
		assert_broken(bad[i].what);
	}
}

static void chains_that_break(void **state)
{
	(void)state;
	rings_describe(0, RINGS_TABLE, 16, INDIRECT, 0);
	rings_describe_in(RINGS_TABLE, 0, RINGS_TABLE, 16, INDIRECT, 0);
	rings_offer(0);
	assert_broken("a table in a table");

	queue_setup(NULL);
	rings_describe(0, RINGS_DATA, 1, NEXT | WRITE, 1);
	rings_describe(1, RINGS_DATA, 1, 0, 0);
	rings_offer(0);
	assert_broken("a segment to read behind one to write");

	queue_setup(NULL);
	rings_describe(0, RINGS_DATA, 1, NEXT, 1);
	rings_describe(1, RINGS_DATA, 1, NEXT, 0);
	rings_offer(0);
	assert_broken("a loop of two");

	queue_setup(NULL);
	make_long_table(VIRTIO_QUEUE_SIZE_MAX + 1);
	assert_broken("a chain too long");

	queue_setup(NULL);
	for (uint16_t i = 0; i < 256; i++)
		rings_describe_in(RINGS_TABLE, i, RINGS_DATA, RINGS_MEMORY - RINGS_DATA,
				  i < 255 ? NEXT : 0, (uint16_t)(i + 1));
	rings_describe(0, RINGS_TABLE, 256 * 16, INDIRECT, 0);
	rings_offer(0);
	assert_broken("more bytes than 32 bits count");
}

static void available_rings_that_break(void **state)
{
	static const uint16_t indices[] = {SIZE + 1, 0x7fff, 0x8000, 0xffff};

	(void)state;
	for (unsigned i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
		queue_setup(NULL);
		rings_describe(0, RINGS_DATA, 1, 0, 0);
		rings.available->idx = indices[i];
		assert_broken("an index that ran away");
	}
	queue_setup(NULL);
	put_good_ones_behind(RINGS_DESCRIPTORS);
	rings_offer(SIZE);
	assert_broken("a head beyond the table");
	queue_setup(NULL);
	put_good_ones_behind(RINGS_DESCRIPTORS);
	rings_offer(0xffff);
	assert_broken("a far head");
}

static void rings_that_break(void **state)
{
	static const struct virtio_ring bad[] = {
		{RINGS_DESCRIPTORS, RINGS_AVAILABLE, RINGS_USED, 0, 1, 0},
		{RINGS_DESCRIPTORS, RINGS_AVAILABLE, RINGS_USED, 3, 1, 0},
		{RINGS_DESCRIPTORS, RINGS_AVAILABLE, RINGS_USED, 512, 1, 0},
		{RINGS_DESCRIPTORS, RINGS_AVAILABLE, RINGS_USED, 0x8000, 1, 0},
		{RINGS_DESCRIPTORS + 8, RINGS_AVAILABLE, RINGS_USED, SIZE, 1, 0},
		{RINGS_DESCRIPTORS, RINGS_AVAILABLE + 1, RINGS_USED, SIZE, 1, 0},
		{RINGS_DESCRIPTORS, RINGS_AVAILABLE, RINGS_USED + 2, SIZE, 1, 0},
		{RINGS_HOLE, RINGS_AVAILABLE, RINGS_USED, SIZE, 1, 0},
		{RINGS_MEMORY - 16, RINGS_AVAILABLE, RINGS_USED, SIZE, 1, 0},
		{RINGS_DESCRIPTORS, RINGS_MEMORY - 6 - 2 * SIZE + 2, RINGS_USED, SIZE, 1, 0},
		{RINGS_DESCRIPTORS, UINT64_MAX - 1, RINGS_USED, SIZE, 1, 0},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		queue_setup(NULL);
		rings_describe(0, RINGS_DATA, 1, 0, 0);
		rings_offer(0);
		virtio_queue_start(&queue, &bad[i], 0);
		virtio_queue_hush(&queue);
		if (virtio_queue_take(&queue, &chain) != VIRTIO_BROKEN)
			fail_msg("ring %u was taken", i);
	}
}

/* The used ring is looked at when it is needed. */
static void a_used_ring_outside_memory_breaks(void **state)
{
	struct virtio_ring ring = rings_setup();

	(void)state;
	ring.device = RINGS_MEMORY - 8 * SIZE; /* six bytes too few */
	virtio_queue_start(&queue, &ring, 0);
	rings_describe(0, RINGS_DATA, 1, 0, 0);
	rings_offer(0);
	virtio_queue_hush(&queue);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_CHAIN);
	assert_false(virtio_queue_give(&queue, 0, 0));
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_BROKEN);
	assert_true(virtio_queue_listen(&queue));
}

/* A used ring that reaches to the last byte of memory is right. */
static void parts_may_end_with_memory(void **state)
{
	struct virtio_ring ring = rings_setup();
	const struct vring_used_elem *used;

	(void)state;
	ring.device = (RINGS_MEMORY - 6 - 8 * SIZE) & ~3u;
	virtio_queue_start(&queue, &ring, VIRTIO_FEATURE_EVENT_INDEX);
	rings_describe(0, RINGS_DATA, 1, 0, 0);
	rings_offer(0);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_CHAIN);
	virtio_queue_give(&queue, 0, 9);
	used = rings_at(ring.device + 4);
	assert_int_equal(used->len, 9);
	assert_true(virtio_queue_listen(&queue));
}

static void a_queue_that_is_not_used_has_none(void **state)
{
	struct virtio_ring ring = rings_setup();

	(void)state;
	ring.enabled = 0;
	rings_offer(0);
	virtio_queue_start(&queue, &ring, 0);
	virtio_queue_hush(&queue);
	assert_int_equal(virtio_queue_take(&queue, &chain), VIRTIO_NONE);
	assert_true(virtio_queue_listen(&queue));
	assert_int_equal(rings.used->flags, 0);
}

#define QUEUE_TEST(function) cmocka_unit_test_setup_teardown(function, queue_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(an_empty_queue_has_none),
		QUEUE_TEST(a_chain_has_its_segments),
		QUEUE_TEST(chains_come_in_order_and_go_back),
		QUEUE_TEST(indices_go_round),
		QUEUE_TEST(an_indirect_table_is_a_chain),
		QUEUE_TEST(a_table_may_end_a_chain),
		QUEUE_TEST(the_longest_chain_fits),
		QUEUE_TEST(interrupts_by_flag),
		QUEUE_TEST(interrupts_by_index),
		QUEUE_TEST(doorbells_by_flag),
		QUEUE_TEST(doorbells_by_index),
		QUEUE_TEST(segments_that_break),
		QUEUE_TEST(tables_that_break),
		QUEUE_TEST(chains_that_break),
		QUEUE_TEST(available_rings_that_break),
		QUEUE_TEST(rings_that_break),
		QUEUE_TEST(a_used_ring_outside_memory_breaks),
		QUEUE_TEST(parts_may_end_with_memory),
		QUEUE_TEST(a_queue_that_is_not_used_has_none),
	};

	return RUN_TAP(tests);
}
