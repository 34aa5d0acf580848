/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_later_test.c - a block device whose medium does its work later: several requests at work,
 * ended in any order.
 *
 * Invariant: every request is answered by one entry of the used ring, or the device was reset.
 */
#include "virtio_medium.h"
#include "virtio_rings.h"

#include <string.h>

#include <linux/virtio_blk.h>

enum { NEXT = VRING_DESC_F_NEXT, WRITE = VRING_DESC_F_WRITE };
enum { NOT_ANSWERED = 0xee, RING = 32, CHAIN = 3 };

static struct virtio_shared shared;
static struct virtio_server server;
static struct virtio_block block;

static int later_setup(void **state)
{
	struct virtio_identity identity;

	(void)state;
	rings_new(RING);
	medium_device(&block, false);
	medium.later = true;
	virtio_block_identity(&block, &identity);
	rings_start_device(&server, &shared, &identity, 0,
			   identity.features & ~VIRTIO_FEATURE_EVENT_INDEX);
	return 0;
}

/* Request n has its header, status and data where no other has them, and these descriptors. */
static uint64_t header_of(unsigned n)
{
	return RINGS_DATA + 0x20 * n;
}

static uint8_t *status_of(unsigned n)
{
	return rings_at(RINGS_DATA + 0x800 + n);
}

static uint8_t *data_of(unsigned n)
{
	return rings_at(RINGS_DATA + 0x1000 + 0x200 * n);
}

static void offer(unsigned n, uint32_t type, uint64_t sector, uint32_t length)
{
	struct virtio_blk_outhdr header = {.type = type, .sector = sector};
	uint16_t head = (uint16_t)(CHAIN * n);

	memcpy(rings_at(header_of(n)), &header, sizeof(header));
	*status_of(n) = NOT_ANSWERED;
	rings_describe(head, header_of(n), 16, NEXT, length ? head + 1 : head + 2);
	rings_describe(head + 1, RINGS_DATA + 0x1000 + 0x200 * n, length,
		       NEXT | (type == VIRTIO_BLK_T_IN ? WRITE : 0), head + 2);
	rings_describe(head + 2, RINGS_DATA + 0x800 + n, 1, WRITE, 0);
	rings_offer(head);
}

static void done(unsigned request, int error)
{
	virtio_block_done(&block, &server, request, error);
	virtio_block_serve(&block, &server);
}

static void assert_used(unsigned count, unsigned last)
{
	assert_int_equal(rings.used->idx, count);
	assert_int_equal(rings.used->ring[(count - 1) % RING].id, CHAIN * last);
}

static void requests_end_in_any_order(void **state)
{
	unsigned first;

	(void)state;
	offer(0, VIRTIO_BLK_T_IN, 1, 512);
	virtio_block_serve(&block, &server);
	first = medium.request;
	offer(1, VIRTIO_BLK_T_IN, 2, 512);
	virtio_block_serve(&block, &server);
	assert_int_equal(medium.asked, 2);
	assert_int_not_equal(medium.request, first);
	assert_int_equal(rings.used->idx, 0);
	assert_int_equal(rings.used->flags, 0); /* the driver shall ring */
	memset(data_of(1), 0x22, 512);
	done(medium.request, 0);
	assert_used(1, 1);
	assert_int_equal(*status_of(1), VIRTIO_BLK_S_OK);
	assert_int_equal(*status_of(0), NOT_ANSWERED);
	assert_int_equal(*data_of(1), 0x22);
	assert_int_equal(rings.interrupts, 1);
	done(first, -5);
	assert_used(2, 0);
	assert_int_equal(*status_of(0), VIRTIO_BLK_S_IOERR);
}

/* What has no room waits in the ring, and the driver need not ring for it. */
static void more_requests_than_room_wait(void **state)
{
	(void)state;
	for (unsigned n = 0; n < MEDIUM_REQUESTS + 2; n++)
		offer(n, VIRTIO_BLK_T_IN, n, 512);
	virtio_block_serve(&block, &server);
	assert_int_equal(medium.asked, MEDIUM_REQUESTS);
	assert_int_equal(rings.used->flags, VRING_USED_F_NO_NOTIFY);
	done(2, 0);
	assert_int_equal(medium.asked, MEDIUM_REQUESTS + 1);
	assert_int_equal(medium.request, 2);
	done(0, 0);
	assert_int_equal(medium.asked, MEDIUM_REQUESTS + 2);
	for (unsigned r = 0; r < MEDIUM_REQUESTS; r++)
		done(r, 0);
	assert_int_equal(rings.used->idx, MEDIUM_REQUESTS + 2);
	assert_int_equal(rings.used->flags, 0);
	for (unsigned n = 0; n < MEDIUM_REQUESTS + 2; n++)
		assert_int_equal(*status_of(n), VIRTIO_BLK_S_OK);
}

/* A driver that knows no flush: its write is over when that is done, too. */
static void work_in_pieces_goes_on(void **state)
{
	(void)state;
	server.features &= ~(UINT64_C(1) << VIRTIO_BLK_F_FLUSH);
	offer(0, VIRTIO_BLK_T_OUT, 1, 512);
	virtio_block_serve(&block, &server);
	done(medium.request, 0);
	assert_int_equal(medium.asked, 2);
	assert_int_equal(*status_of(0), NOT_ANSWERED);
	done(medium.request, 0);
	assert_used(1, 0);
	assert_int_equal(medium.asked, 2);
}

static void an_error_ends_the_pieces(void **state)
{
	(void)state;
	server.features &= ~(UINT64_C(1) << VIRTIO_BLK_F_FLUSH);
	offer(0, VIRTIO_BLK_T_OUT, 1, 512);
	virtio_block_serve(&block, &server);
	done(medium.request, -5);
	assert_int_equal(medium.asked, 1);
	assert_int_equal(*status_of(0), VIRTIO_BLK_S_IOERR);
}

/* Some calls end at once, some later. */
static void both_kinds_of_work_mix(void **state)
{
	(void)state;
	offer(0, VIRTIO_BLK_T_IN, 1, 512);
	virtio_block_serve(&block, &server);
	medium.later = false;
	offer(1, VIRTIO_BLK_T_IN, 4, 512);
	virtio_block_serve(&block, &server);
	assert_used(1, 1);
	assert_int_equal(*data_of(1), 5);
	done(0, 0);
	assert_used(2, 0);
}

static void a_reset_drops_what_is_at_work(void **state)
{
	(void)state;
	offer(0, VIRTIO_BLK_T_IN, 1, 512);
	virtio_block_serve(&block, &server);
	shared.run = 0;
	assert_false(virtio_server_follow(&server));
	assert_int_equal(shared.serving, 0);
	virtio_block_forget(&block);
	for (unsigned r = 0; r < MEDIUM_REQUESTS; r++)
		virtio_block_done(&block, &server, r, 0);
	assert_int_equal(rings.used->idx, 0);
	assert_int_equal(*status_of(0), NOT_ANSWERED);
}

/* The driver has written the reset, and the server has not looked yet. */
static void the_end_of_work_after_a_reset_is_dropped(void **state)
{
	(void)state;
	offer(0, VIRTIO_BLK_T_IN, 1, 512);
	virtio_block_serve(&block, &server);
	shared.run = 0;
	virtio_block_done(&block, &server, medium.request, 0);
	assert_int_equal(rings.used->idx, 0);
	assert_int_equal(*status_of(0), NOT_ANSWERED);
	assert_false(block.request[medium.request].busy);
}

/* A queue that broke while requests are at work is not touched when they end. */
static void a_broken_queue_is_left_alone(void **state)
{
	(void)state;
	offer(0, VIRTIO_BLK_T_IN, 1, 512);
	virtio_block_serve(&block, &server);
	rings_describe(CHAIN, header_of(1), 0, 0, 0);
	rings_offer(CHAIN);
	virtio_block_serve(&block, &server);
	assert_int_equal(shared.needs_reset, 1);
	done(0, 0);
	assert_int_equal(rings.used->idx, 0);
}

static void needless_ends_do_nothing(void **state)
{
	(void)state;
	for (unsigned r = 0; r < MEDIUM_REQUESTS; r++)
		done(r, 0);
	assert_int_equal(rings.used->idx, 0);
}

#define LATER_TEST(function) cmocka_unit_test_setup_teardown(function, later_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LATER_TEST(requests_end_in_any_order),
		LATER_TEST(more_requests_than_room_wait),
		LATER_TEST(work_in_pieces_goes_on),
		LATER_TEST(an_error_ends_the_pieces),
		LATER_TEST(both_kinds_of_work_mix),
		LATER_TEST(a_reset_drops_what_is_at_work),
		LATER_TEST(the_end_of_work_after_a_reset_is_dropped),
		LATER_TEST(a_broken_queue_is_left_alone),
		LATER_TEST(needless_ends_do_nothing),
	};

	return RUN_TAP(tests);
}
