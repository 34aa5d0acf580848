/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_block_test.c - requests to a virtio block device (Virtual I/O Device (VIRTIO) Version 1.2,
 * section 5.2), by the layouts and numbers of Linux's header.
 *
 * Invariant: every request is answered by one entry of the used ring.
 */
#include "virtio_medium.h"
#include "virtio_rings.h"

#include <string.h>

#include <linux/virtio_blk.h>

enum { NEXT = VRING_DESC_F_NEXT, WRITE = VRING_DESC_F_WRITE };
enum { HEADER = RINGS_DATA, STATUS = RINGS_DATA + 0x100, DATA = RINGS_DATA + 0x1000 };
enum { NOT_ANSWERED = 0xee };

static struct virtio_shared shared;
static struct virtio_server server;
static struct virtio_block block;
static struct virtio_identity identity;

static const struct virtio_blk_config *config(void)
{
	return (const struct virtio_blk_config *)identity.config;
}

static void new_device(bool read_only)
{
	rings_new(16);
	medium_device(&block, read_only);
	memcpy(block.serial, "twenty characters !!", sizeof(block.serial));
	virtio_block_identity(&block, &identity);
	rings_start_device(&server, &shared, &identity, 0,
			   identity.features & ~VIRTIO_FEATURE_EVENT_INDEX);
}

static int block_setup(void **state)
{
	(void)state;
	new_device(false);
	return 0;
}

static void put_header(uint32_t type, uint64_t sector)
{
	struct virtio_blk_outhdr header = {.type = type, .sector = sector};

	memcpy(rings_at(HEADER), &header, sizeof(header));
	*(uint8_t *)rings_at(STATUS) = NOT_ANSWERED;
}

static uint8_t answer(void)
{
	return *(uint8_t *)rings_at(STATUS);
}

/* Serves the queue, in which one request waits; what the used ring says was written. */
static uint32_t serve(void)
{
	uint16_t before = rings.used->idx;

	virtio_block_serve(&block, &server);
	assert_int_equal((uint16_t)(rings.used->idx - before), 1);
	return rings.used->ring[before % rings.size].len;
}

/* A request as Linux makes it: header, data in one piece, status. */
static uint32_t request(uint32_t type, uint64_t sector, uint32_t length, bool to_driver)
{
	put_header(type, sector);
	rings_describe(0, HEADER, 16, NEXT, length ? 1 : 2);
	rings_describe(1, DATA, length, NEXT | (to_driver ? WRITE : 0), 2);
	rings_describe(2, STATUS, 1, WRITE, 0);
	rings_offer(0);
	return serve();
}

static void assert_data(uint32_t offset, uint8_t byte, uint32_t length)
{
	const uint8_t *data = rings_at(DATA + offset);

	for (uint32_t i = 0; i < length; i++)
		assert_int_equal(data[i], byte);
}

static void a_device_says_what_it_is(void **state)
{
	(void)state;
	assert_int_equal(identity.type, 2);
	assert_int_equal(identity.pci_device, 0x1001);
	assert_int_equal(identity.queues, 1);
	assert_int_equal(config()->capacity, MEDIUM_SECTORS);
	assert_int_equal(config()->blk_size, 512);
	assert_int_equal(config()->seg_max, identity.queue_size - 2);
	assert_in_range(config()->max_discard_sectors, 1, UINT32_MAX);
	assert_in_range(config()->max_discard_seg, 1, 256);
	assert_in_range(config()->max_write_zeroes_sectors, 1, UINT32_MAX);
	assert_in_range(config()->max_write_zeroes_seg, 1, 256);
	assert_int_equal(config()->write_zeroes_may_unmap, 1);
	assert_in_range(identity.config_bytes, sizeof(struct virtio_blk_config), VIRTIO_CONFIG_MAX);
	assert_int_equal(
		identity.features,
		UINT64_C(1) << VIRTIO_BLK_F_SEG_MAX | UINT64_C(1) << VIRTIO_BLK_F_BLK_SIZE |
			UINT64_C(1) << VIRTIO_BLK_F_FLUSH | UINT64_C(1) << VIRTIO_BLK_F_DISCARD |
			UINT64_C(1) << VIRTIO_BLK_F_WRITE_ZEROES |
			UINT64_C(1) << VIRTIO_RING_F_INDIRECT_DESC |
			UINT64_C(1) << VIRTIO_RING_F_EVENT_IDX | UINT64_C(1) << 32);
	new_device(true);
	assert_true(identity.features & UINT64_C(1) << VIRTIO_BLK_F_RO);
	assert_false(identity.features & UINT64_C(1) << VIRTIO_BLK_F_DISCARD);
	assert_false(identity.features & UINT64_C(1) << VIRTIO_BLK_F_WRITE_ZEROES);
}

static void sectors_are_read(void **state)
{
	(void)state;
	assert_int_equal(request(VIRTIO_BLK_T_IN, 7, 1024, true), 1025);
	assert_int_equal(answer(), VIRTIO_BLK_S_OK);
	assert_data(0, 8, 512);
	assert_data(512, 9, 512);
	assert_data(1024, 0, 512);
	assert_int_equal(request(VIRTIO_BLK_T_IN, MEDIUM_SECTORS - 1, 512, true), 513);
	assert_int_equal(answer(), VIRTIO_BLK_S_OK);
	assert_data(0, MEDIUM_SECTORS, 512);
	assert_int_equal(rings.interrupts, 1); /* the driver has not looked yet */
}

static void sectors_are_written(void **state)
{
	(void)state;
	memset(rings_at(DATA), 0x77, 1024);
	assert_int_equal(request(VIRTIO_BLK_T_OUT, 3, 1024, false), 1);
	assert_int_equal(answer(), VIRTIO_BLK_S_OK);
	assert_memory_equal(medium.bytes + 3 * 512, rings_at(DATA), 1024);
	assert_int_equal(medium.bytes[5 * 512], 6);
	assert_int_equal(medium.bytes[3 * 512 - 1], 3);
	assert_int_equal(medium.flushes, 0);
}

static void a_flush_makes_writes_stable(void **state)
{
	(void)state;
	memset(rings_at(DATA), 0x77, 512);
	request(VIRTIO_BLK_T_OUT, 3, 512, false);
	assert_int_equal(medium.stable[3 * 512], 4);
	assert_int_equal(request(VIRTIO_BLK_T_FLUSH, 0, 0, false), 1);
	assert_int_equal(answer(), VIRTIO_BLK_S_OK);
	assert_int_equal(medium.stable[3 * 512], 0x77);
}

/* 5.2.6.2: a driver that knows no flush takes what is completed for stable. */
static void without_flush_each_change_is_stable(void **state)
{
	struct virtio_blk_discard_write_zeroes range = {.sector = 9, .num_sectors = 1};

	(void)state;
	server.features &= ~(UINT64_C(1) << VIRTIO_BLK_F_FLUSH);
	memset(rings_at(DATA), 0x77, 512);
	request(VIRTIO_BLK_T_OUT, 3, 512, false);
	assert_int_equal(medium.stable[3 * 512], 0x77);
	memcpy(rings_at(DATA), &range, sizeof(range));
	request(VIRTIO_BLK_T_WRITE_ZEROES, 0, sizeof(range), false);
	assert_int_equal(medium.stable[9 * 512], 0);
}

static void the_serial_number_is_told(void **state)
{
	(void)state;
	assert_int_equal(request(VIRTIO_BLK_T_GET_ID, 0, 20, true), 21);
	assert_int_equal(answer(), VIRTIO_BLK_S_OK);
	assert_memory_equal(rings_at(DATA), "twenty characters !!", 20);
	memset(rings_at(DATA), 0xff, 64);
	request(VIRTIO_BLK_T_GET_ID, 0, 30, true);
	assert_memory_equal(rings_at(DATA), "twenty characters !!", 20);
	assert_data(20, 0, 10);
	assert_data(30, 0xff, 10);
	memset(rings_at(DATA), 0xff, 64);
	request(VIRTIO_BLK_T_GET_ID, 0, 6, true);
	assert_memory_equal(rings_at(DATA), "twenty\xff", 7);
}

/* Ranges of a discard or write zeroes. */
static uint8_t clear(uint32_t type, const struct virtio_blk_discard_write_zeroes *ranges,
		     unsigned count)
{
	memcpy(rings_at(DATA), ranges, count * sizeof(*ranges));
	request(type, 0, (uint32_t)(count * sizeof(*ranges)), false);
	return answer();
}

static void ranges_are_cleared(void **state)
{
	const struct virtio_blk_discard_write_zeroes ranges[] = {
		{.sector = 0, .num_sectors = 2},
		{.sector = MEDIUM_SECTORS - 1, .num_sectors = 1},
		{.sector = MEDIUM_SECTORS, .num_sectors = 0},
	};
	struct virtio_blk_discard_write_zeroes unmap = ranges[0];

	(void)state;
	assert_int_equal(clear(VIRTIO_BLK_T_WRITE_ZEROES, ranges, 3), VIRTIO_BLK_S_OK);
	assert_int_equal(medium.zeroes, 2);
	assert_int_equal(medium.unmaps, 0);
	assert_int_equal(medium.bytes[1023], 0);
	assert_int_equal(medium.bytes[1024], 3);
	assert_int_equal(medium.bytes[MEDIUM_BYTES - 1], 0);
	unmap.flags = VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP;
	assert_int_equal(clear(VIRTIO_BLK_T_WRITE_ZEROES, &unmap, 1), VIRTIO_BLK_S_OK);
	assert_int_equal(medium.unmaps, 1);
	assert_int_equal(clear(VIRTIO_BLK_T_DISCARD, ranges, 3), VIRTIO_BLK_S_OK);
	assert_int_equal(medium.discards, 2);
}

/* 5.2.6.2: which status for what. Nothing is done if one range is bad. */
static void bad_ranges_fail(void **state)
{
	static const struct {
		struct virtio_blk_discard_write_zeroes range;
		uint8_t discard, zeroes;
	} bad[] = {
		{{.sector = 0, .num_sectors = 1, .flags = 1}, VIRTIO_BLK_S_UNSUPP, VIRTIO_BLK_S_OK},
		{{.sector = 0, .num_sectors = 1, .flags = 2},
		 VIRTIO_BLK_S_UNSUPP,
		 VIRTIO_BLK_S_UNSUPP},
		{{.sector = MEDIUM_SECTORS, .num_sectors = 1},
		 VIRTIO_BLK_S_IOERR,
		 VIRTIO_BLK_S_IOERR},
		{{.sector = 1, .num_sectors = MEDIUM_SECTORS},
		 VIRTIO_BLK_S_IOERR,
		 VIRTIO_BLK_S_IOERR},
		{{.sector = UINT64_MAX, .num_sectors = 1}, VIRTIO_BLK_S_IOERR, VIRTIO_BLK_S_IOERR},
		{{.sector = 0, .num_sectors = UINT32_MAX}, VIRTIO_BLK_S_IOERR, VIRTIO_BLK_S_IOERR},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct virtio_blk_discard_write_zeroes ranges[2] = {
			{.sector = 1, .num_sectors = 1},
			bad[i].range,
		};

		medium_new();
		assert_int_equal(clear(VIRTIO_BLK_T_DISCARD, ranges, 2), bad[i].discard);
		assert_int_equal(clear(VIRTIO_BLK_T_WRITE_ZEROES, ranges, 2), bad[i].zeroes);
		assert_int_equal(medium.discards, bad[i].discard == VIRTIO_BLK_S_OK ? 2 : 0);
		assert_int_equal(medium.zeroes, bad[i].zeroes == VIRTIO_BLK_S_OK ? 2 : 0);
	}
}

static void numbers_of_ranges_are_limited(void **state)
{
	static const struct virtio_blk_discard_write_zeroes ranges[64];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		uint32_t type = i ? VIRTIO_BLK_T_WRITE_ZEROES : VIRTIO_BLK_T_DISCARD;
		unsigned most = i ? config()->max_write_zeroes_seg : config()->max_discard_seg;

		assert_int_equal(clear(type, ranges, most), VIRTIO_BLK_S_OK);
		assert_int_equal(clear(type, ranges, most + 1), VIRTIO_BLK_S_IOERR);
		request(type, 0, 24, false);
		assert_int_equal(answer(), VIRTIO_BLK_S_IOERR);
		request(type, 0, 0, false);
		assert_int_equal(answer(), VIRTIO_BLK_S_IOERR);
	}
}

static void a_long_write_of_zeroes_is_refused(void **state)
{
	struct virtio_blk_discard_write_zeroes range = {0};

	(void)state;
	block.sectors = UINT64_C(1) << 40;
	range.num_sectors = config()->max_write_zeroes_sectors + 1;
	assert_int_equal(clear(VIRTIO_BLK_T_WRITE_ZEROES, &range, 1), VIRTIO_BLK_S_IOERR);
}

static void requests_beyond_the_end_fail(void **state)
{
	static const struct {
		uint64_t sector;
		uint32_t length;
	} bad[] = {
		{MEDIUM_SECTORS, 512},
		{MEDIUM_SECTORS - 1, 1024},
		{UINT64_MAX, 512},
		{UINT64_MAX - 1, 1024},
		{UINT64_C(1) << 55, 512},
		{(UINT64_C(1) << 55) - 1, 1024},
		{0, MEDIUM_BYTES + 512},
		{1, 511},
		{1, 513},
		{1, 0},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(rings_at(DATA), 0xff, bad[i].length);
		assert_int_equal(request(VIRTIO_BLK_T_IN, bad[i].sector, bad[i].length, true),
				 bad[i].length + 1);
		assert_int_equal(answer(), VIRTIO_BLK_S_IOERR);
		assert_data(0, 0, bad[i].length); /* the used ring says that it is written */
		assert_int_equal(request(VIRTIO_BLK_T_OUT, bad[i].sector, bad[i].length, false), 1);
		assert_int_equal(answer(), VIRTIO_BLK_S_IOERR);
	}
	assert_int_equal(medium.reads + medium.writes, 0);
}

static void unknown_requests_are_unsupported(void **state)
{
	static const uint32_t types[] = {2, 3, 5, 9, 10, 12, 14, 0x80000000, UINT32_MAX};

	(void)state;
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		request(types[i], 0, 512, i & 1);
		assert_int_equal(answer(), VIRTIO_BLK_S_UNSUPP);
	}
}

static void a_read_only_disk_does_not_change(void **state)
{
	const struct virtio_blk_discard_write_zeroes range = {.sector = 0, .num_sectors = 1};

	(void)state;
	new_device(true);
	request(VIRTIO_BLK_T_OUT, 0, 512, false);
	assert_int_equal(answer(), VIRTIO_BLK_S_IOERR);
	assert_int_equal(clear(VIRTIO_BLK_T_DISCARD, &range, 1), VIRTIO_BLK_S_IOERR);
	assert_int_equal(clear(VIRTIO_BLK_T_WRITE_ZEROES, &range, 1), VIRTIO_BLK_S_IOERR);
	request(VIRTIO_BLK_T_IN, 0, 512, true);
	assert_int_equal(answer(), VIRTIO_BLK_S_OK);
}

static void errors_of_the_medium_are_told(void **state)
{
	const struct virtio_blk_discard_write_zeroes range = {.sector = 0, .num_sectors = 1};

	(void)state;
	medium.fails = true;
	request(VIRTIO_BLK_T_IN, 0, 512, true);
	assert_int_equal(answer(), VIRTIO_BLK_S_IOERR);
	request(VIRTIO_BLK_T_OUT, 0, 512, false);
	assert_int_equal(answer(), VIRTIO_BLK_S_IOERR);
	request(VIRTIO_BLK_T_FLUSH, 0, 0, false);
	assert_int_equal(answer(), VIRTIO_BLK_S_IOERR);
	assert_int_equal(clear(VIRTIO_BLK_T_DISCARD, &range, 1), VIRTIO_BLK_S_IOERR);
	assert_int_equal(clear(VIRTIO_BLK_T_WRITE_ZEROES, &range, 1), VIRTIO_BLK_S_IOERR);
	medium.fails = false;
	request(VIRTIO_BLK_T_IN, 0, 512, true);
	assert_int_equal(answer(), VIRTIO_BLK_S_OK);
}

/* 2.7.4: a device makes no assumption about how a request is cut. */
static void requests_come_in_pieces(void **state)
{
	(void)state;
	put_header(VIRTIO_BLK_T_IN, 9);
	rings_describe(0, HEADER, 3, NEXT, 1);
	rings_describe(1, HEADER + 3, 13, NEXT, 2);
	rings_describe(2, DATA, 1, NEXT | WRITE, 3);
	rings_describe(3, DATA + 1, 510, NEXT | WRITE, 4);
	rings_describe(4, DATA + 511, 2, WRITE, 0); /* the last byte is the status */
	*(uint8_t *)rings_at(DATA + 512) = NOT_ANSWERED;
	rings_offer(0);
	assert_int_equal(serve(), 513);
	assert_data(0, 10, 512);
	assert_int_equal(*(uint8_t *)rings_at(DATA + 512), VIRTIO_BLK_S_OK);

	put_header(VIRTIO_BLK_T_OUT, 9);
	memmove(rings_at(DATA), rings_at(HEADER), 16);
	memset(rings_at(DATA + 16), 0x55, 512);
	rings_describe(0, DATA, 17, NEXT, 1); /* header and a byte of data */
	rings_describe(1, DATA + 17, 511, NEXT, 2);
	rings_describe(2, STATUS, 1, WRITE, 0);
	rings_offer(0);
	assert_int_equal(serve(), 1);
	assert_int_equal(answer(), VIRTIO_BLK_S_OK);
	assert_memory_equal(medium.bytes + 9 * 512, rings_at(DATA + 16), 512);
}

static void a_short_header_is_an_error(void **state)
{
	(void)state;
	put_header(VIRTIO_BLK_T_IN, 0);
	memset(rings_at(DATA), 0xff, 512);
	rings_describe(0, HEADER, 15, NEXT, 1);
	rings_describe(1, DATA, 512, NEXT | WRITE, 2);
	rings_describe(2, STATUS, 1, WRITE, 0);
	rings_offer(0);
	assert_int_equal(serve(), 513);
	assert_int_equal(answer(), VIRTIO_BLK_S_IOERR);
	assert_data(0, 0, 512);
	rings_describe(0, STATUS, 1, WRITE, 0); /* no header at all */
	rings_offer(0);
	assert_int_equal(serve(), 1);
	assert_int_equal(answer(), VIRTIO_BLK_S_IOERR);
}

static void no_room_for_a_status_breaks(void **state)
{
	(void)state;
	put_header(VIRTIO_BLK_T_OUT, 0);
	rings_describe(0, HEADER, 16, NEXT, 1);
	rings_describe(1, DATA, 512, 0, 0);
	rings_offer(0);
	virtio_block_serve(&block, &server);
	assert_int_equal(shared.needs_reset, 1);
	assert_int_equal(shared.interrupt, VIRTIO_INTERRUPT_CONFIG);
	assert_int_equal(rings.used->idx, 0);
	assert_int_equal(medium.writes, 0);
	assert_false(virtio_server_follow(&server));
}

static void a_bad_chain_breaks(void **state)
{
	(void)state;
	put_header(VIRTIO_BLK_T_IN, 0);
	rings_describe(0, HEADER, 16, NEXT, 1);
	rings_describe(1, RINGS_HOLE, 512, NEXT | WRITE, 2);
	rings_describe(2, STATUS, 1, WRITE, 0);
	rings_offer(0);
	virtio_block_serve(&block, &server);
	assert_int_equal(shared.needs_reset, 1);
	assert_int_equal(rings.used->idx, 0);
}

static void several_requests_are_served(void **state)
{
	(void)state;
	put_header(VIRTIO_BLK_T_IN, 2);
	for (uint16_t i = 0; i < 15; i += 3) {
		rings_describe(i, HEADER, 16, NEXT, i + 1);
		rings_describe(i + 1, DATA + 512u * i, 512, NEXT | WRITE, i + 2);
		rings_describe(i + 2, STATUS + i, 1, WRITE, 0);
		rings_offer(i);
	}
	virtio_block_serve(&block, &server);
	assert_int_equal(rings.used->idx, 5);
	assert_data(512 * 12, 3, 512);
	assert_int_equal(rings.used->flags, 0); /* the driver shall ring */
}

/* A reset is not kept waiting by what is left in the queue. */
static void a_reset_ends_the_work(void **state)
{
	(void)state;
	put_header(VIRTIO_BLK_T_IN, 2);
	rings_describe(0, HEADER, 16, NEXT, 1);
	rings_describe(1, STATUS, 1, WRITE, 0);
	rings_offer(0);
	shared.run = 0;
	virtio_block_serve(&block, &server);
	assert_int_equal(rings.used->idx, 0);
	assert_int_equal(answer(), NOT_ANSWERED);
}

#define BLOCK_TEST(function) cmocka_unit_test_setup_teardown(function, block_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BLOCK_TEST(a_device_says_what_it_is),
		BLOCK_TEST(sectors_are_read),
		BLOCK_TEST(sectors_are_written),
		BLOCK_TEST(a_flush_makes_writes_stable),
		BLOCK_TEST(without_flush_each_change_is_stable),
		BLOCK_TEST(the_serial_number_is_told),
		BLOCK_TEST(ranges_are_cleared),
		BLOCK_TEST(bad_ranges_fail),
		BLOCK_TEST(numbers_of_ranges_are_limited),
		BLOCK_TEST(a_long_write_of_zeroes_is_refused),
		BLOCK_TEST(requests_beyond_the_end_fail),
		BLOCK_TEST(unknown_requests_are_unsupported),
		BLOCK_TEST(a_read_only_disk_does_not_change),
		BLOCK_TEST(errors_of_the_medium_are_told),
		BLOCK_TEST(requests_come_in_pieces),
		BLOCK_TEST(a_short_header_is_an_error),
		BLOCK_TEST(no_room_for_a_status_breaks),
		BLOCK_TEST(a_bad_chain_breaks),
		BLOCK_TEST(several_requests_are_served),
		BLOCK_TEST(a_reset_ends_the_work),
	};

	return RUN_TAP(tests);
}
