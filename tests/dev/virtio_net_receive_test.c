/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_net_receive_test.c - frames that a virtio network device gives its driver (Virtual I/O
 * Device (VIRTIO) Version 1.2, sections 5.1.6.3 and 5.1.6.4), by the layouts and numbers of Linux's
 * headers.
 *
 * Invariant: a frame that is not given leaves the driver's buffers available, all of them.
 */
#include "virtio_nic.h"
#include "virtio_rings.h"

#include <string.h>

#include <linux/virtio_config.h>

enum { NEXT = VRING_DESC_F_NEXT, WRITE = VRING_DESC_F_WRITE };
enum { BUFFERS = RINGS_DATA, BUFFER_ROOM = 0x20000, SIZE = NIC_SIZE, UNTOUCHED = 0xee };
enum { LEGACY_HEADER = 10, HEADER = 12 };

#define EVENT_INDEX NIC_BIT(VIRTIO_RING_F_EVENT_IDX)
#define VERSION_1   NIC_BIT(VIRTIO_F_VERSION_1)
#define MERGE	    NIC_BIT(VIRTIO_NET_F_MRG_RXBUF)

static uint8_t frame[VIRTIO_NET_FRAME_MAX];

static int receive_setup(void **state)
{
	for (uint32_t i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)(i * 13 + i / 256);
	return nic_setup(state);
}

static struct vring_used *used(void)
{
	return nic_used(NIC_RECEIVE);
}

static uint8_t *buffer(uint16_t number)
{
	return rings_at(BUFFERS + number * (uint64_t)BUFFER_ROOM);
}

/* Buffer `number`, of `length` bytes in one piece, is the driver's next. */
static void post(uint16_t number, uint32_t length)
{
	memset(buffer(number), UNTOUCHED, BUFFER_ROOM);
	nic_describe(NIC_RECEIVE, number, BUFFERS + number * (uint64_t)BUFFER_ROOM, length, WRITE,
		     0);
	nic_offer(NIC_RECEIVE, number);
}

static bool bring_with(struct virtio_net_header h, uint32_t length)
{
	const struct virtio_segment all = {frame, length};

	return virtio_net_receive(&nic.net, &nic.server, &h, &all, 1);
}

static bool bring(uint32_t length)
{
	return bring_with((struct virtio_net_header){0}, length);
}

static struct virtio_net_hdr_v1 header_in(uint16_t number)
{
	struct virtio_net_hdr_v1 h;

	memcpy(&h, buffer(number), sizeof(h));
	return h;
}

static void assert_given(uint16_t entry, uint32_t number, uint32_t length)
{
	assert_int_equal(used()->ring[entry % SIZE].id, number);
	assert_int_equal(used()->ring[entry % SIZE].len, length);
}

/* 5.1.6.4.1: num_buffers is 1 without merging, too. */
static void frames_are_received(void **state)
{
	(void)state;
	for (uint64_t but = 0; but <= MERGE; but += MERGE) {
		nic_restart(but);
		post(0, 2000);
		assert_true(bring(1514));
		assert_int_equal(used()->idx, 1);
		assert_given(0, 0, HEADER + 1514);
		assert_memory_equal(buffer(0) + HEADER, frame, 1514);
		assert_int_equal(buffer(0)[HEADER + 1514], UNTOUCHED);
		assert_int_equal(header_in(0).num_buffers, 1);
		assert_int_equal(header_in(0).flags, 0);
		assert_int_equal(header_in(0).gso_type, VIRTIO_NET_HDR_GSO_NONE);
	}
	assert_int_equal(rings.interrupts, 1); /* of two: the driver has not taken the first */
}

static void a_legacy_header_is_shorter(void **state)
{
	(void)state;
	nic_restart(VERSION_1 | MERGE);
	post(0, 2000);
	assert_true(bring(100));
	assert_given(0, 0, LEGACY_HEADER + 100);
	assert_memory_equal(buffer(0) + LEGACY_HEADER, frame, 100);
	nic_restart(VERSION_1);
	post(0, 2000);
	assert_true(bring(100));
	assert_given(0, 0, HEADER + 100);
	assert_memory_equal(buffer(0) + HEADER, frame, 100);
	assert_int_equal(header_in(0).num_buffers, 1);
}

/* A buffer may be cut anywhere, the frame of the medium, too. */
static void pieces_may_be_cut_anyhow(void **state)
{
	struct virtio_net_header h = {.flags = VIRTIO_NET_NEEDS_CSUM, .csum_start = 34};

	(void)state;
	for (uint32_t piece = 3; piece < 48; piece++) {
		struct virtio_segment part[VIRTIO_NET_SEGMENTS];
		uint16_t head = nic_available(NIC_RECEIVE)->idx, count = 0;

		memset(buffer(0), UNTOUCHED, 100);
		for (uint32_t at = 0; at < 48; at += piece, count++)
			nic_describe(NIC_RECEIVE, count, BUFFERS + at, piece,
				     WRITE | (at + piece < 48 ? NEXT : 0), count + 1);
		nic_offer(NIC_RECEIVE, 0);
		for (uint32_t i = 0; i < VIRTIO_NET_SEGMENTS; i++)
			part[i] = (struct virtio_segment){frame + i, 1};
		part[VIRTIO_NET_SEGMENTS - 1].length = 36 - (VIRTIO_NET_SEGMENTS - 1);
		assert_true(
			virtio_net_receive(&nic.net, &nic.server, &h, part, VIRTIO_NET_SEGMENTS));
		assert_given(head, 0, 48);
		assert_memory_equal(buffer(0) + HEADER, frame, 36);
		assert_int_equal(buffer(0)[48], UNTOUCHED);
		assert_int_equal(header_in(0).csum_start, 34);
	}
}

static void large_frames_take_several_buffers(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 4; i++)
		post(i, 1000);
	assert_true(bring(2500));
	assert_int_equal(used()->idx, 3);
	assert_int_equal(rings.interrupts, 1);
	assert_int_equal(header_in(0).num_buffers, 3);
	assert_given(0, 0, 1000);
	assert_given(1, 1, 1000);
	assert_given(2, 2, HEADER + 500);
	assert_memory_equal(buffer(0) + HEADER, frame, 988);
	assert_memory_equal(buffer(1), frame + 988, 1000);
	assert_memory_equal(buffer(2), frame + 1988, 512);
	assert_int_equal(buffer(2)[512], UNTOUCHED);
	/* The fourth is the next frame's, and filled to its last byte. */
	assert_true(bring(988));
	assert_given(3, 3, 1000);
	assert_int_equal(header_in(3).num_buffers, 1);
}

static void the_largest_frame_is_received(void **state)
{
	(void)state;
	post(0, HEADER + sizeof(frame));
	assert_true(bring(sizeof(frame)));
	assert_given(0, 0, HEADER + sizeof(frame));
	assert_memory_equal(buffer(0) + HEADER, frame, sizeof(frame));
	for (uint16_t i = 0; i < SIZE; i++)
		post(i, 4100);
	assert_true(bring(sizeof(frame)));
	assert_int_equal(used()->idx, 1 + SIZE);
	assert_int_equal(header_in(0).num_buffers, SIZE);
}

/* The driver is asked to ring for one more than there are. */
static void a_frame_waits_for_buffers(void **state)
{
	(void)state;
	assert_false(bring(100));
	post(0, 1000);
	post(1, 1000);
	assert_false(bring(2500));
	assert_int_equal(used()->idx, 0);
	assert_int_equal(used()->flags, 0);
	post(2, 1000);
	assert_true(bring(2500));
	assert_int_equal(used()->flags, VRING_USED_F_NO_NOTIFY);
	assert_int_equal(used()->idx, 3);
	for (uint16_t i = 0; i < 3; i++)
		assert_int_equal(used()->ring[i].id, i);
	assert_int_equal(header_in(0).num_buffers, 3);
	assert_memory_equal(buffer(0) + HEADER, frame, 988);
}

static void the_driver_rings_when_there_is_one_more(void **state)
{
	(void)state;
	nic_reset();
	nic_start(0);
	assert_false(bring(100));
	assert_int_equal(*nic_avail_event(NIC_RECEIVE), 0);
	post(0, 1000);
	post(1, 1000);
	assert_false(bring(2500));
	assert_int_equal(*nic_avail_event(NIC_RECEIVE), 2);
	/* A smaller one needs no more, and an interrupt comes when the driver wants it. */
	*nic_used_event(NIC_RECEIVE) = 1;
	assert_true(bring(100));
	assert_int_equal(rings.interrupts, 0);
	assert_true(bring(100));
	assert_int_equal(rings.interrupts, 1);
}

/* One interrupt is due if the driver wants it for any of a frame's buffers. */
static void an_interrupt_may_be_for_a_buffer_in_the_midst(void **state)
{
	(void)state;
	nic_reset();
	nic_start(0);
	*nic_used_event(NIC_RECEIVE) = 1;
	for (uint16_t i = 0; i < 3; i++)
		post(i, 1000);
	assert_true(bring(2500));
	assert_int_equal(rings.interrupts, 1);
}

/* Without merging a frame takes one buffer or none. */
static void what_fits_no_buffer_is_dropped(void **state)
{
	(void)state;
	nic_restart(MERGE);
	post(0, 1000);
	post(1, 1000);
	assert_true(bring(989));
	assert_int_equal(used()->idx, 0);
	assert_true(bring(988));
	assert_int_equal(used()->idx, 1);
	assert_given(0, 0, 1000);
}

/* Of more parts than the model takes, of a frame to a driver that is about to reset the device. */
static void other_frames_are_dropped(void **state)
{
	struct virtio_segment part[VIRTIO_NET_SEGMENTS + 1];
	const struct virtio_net_header h = {0};

	(void)state;
	post(0, 1000);
	for (unsigned i = 0; i <= VIRTIO_NET_SEGMENTS; i++)
		part[i] = (struct virtio_segment){frame, 10};
	assert_true(virtio_net_receive(&nic.net, &nic.server, &h, part, VIRTIO_NET_SEGMENTS + 1));
	nic.shared.run = 0;
	assert_true(bring(100));
	assert_int_equal(used()->idx, 0);
	assert_int_equal(buffer(0)[0], UNTOUCHED);
	nic_reset();
	assert_true(bring(100));
	assert_int_equal(buffer(0)[0], UNTOUCHED);
}

/* How a frame with such a header arrives: whether it does, and its header. */
static bool arrives(uint64_t but, struct virtio_net_header h, struct virtio_net_hdr_v1 *as)
{
	nic_restart(but);
	post(0, 4000);
	assert_true(bring_with(h, 3000));
	*as = header_in(0);
	return used()->idx;
}

/* 5.1.6.4.1: only what the driver has accepted. */
static void a_header_says_what_was_accepted(void **state)
{
	const struct virtio_net_header sum = {
		.flags = VIRTIO_NET_NEEDS_CSUM, .csum_start = 34, .csum_offset = 16};
	const struct virtio_net_header valid = {.flags = VIRTIO_NET_DATA_VALID};
	struct virtio_net_header large = sum;
	struct virtio_net_hdr_v1 as;

	(void)state;
	assert_true(arrives(0, sum, &as));
	assert_int_equal(as.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
	assert_int_equal(as.csum_start, 34);
	assert_int_equal(as.csum_offset, 16);
	assert_false(arrives(NIC_BIT(VIRTIO_NET_F_GUEST_CSUM), sum, &as));
	assert_true(arrives(0, valid, &as));
	assert_int_equal(as.flags, VIRTIO_NET_HDR_F_DATA_VALID);
	assert_true(arrives(NIC_BIT(VIRTIO_NET_F_GUEST_CSUM), valid, &as));
	assert_int_equal(as.flags, 0);
	large.gso_size = 1448;
	large.gso_type = VIRTIO_NET_GSO_TCPV4;
	assert_true(arrives(0, large, &as));
	assert_int_equal(as.gso_type, VIRTIO_NET_HDR_GSO_TCPV4);
	assert_int_equal(as.gso_size, 1448);
	assert_true(arrives(NIC_BIT(VIRTIO_NET_F_GUEST_TSO6), large, &as));
	assert_false(arrives(NIC_BIT(VIRTIO_NET_F_GUEST_TSO4), large, &as));
	large.gso_type = VIRTIO_NET_GSO_TCPV6;
	assert_true(arrives(NIC_BIT(VIRTIO_NET_F_GUEST_TSO4), large, &as));
	assert_int_equal(as.gso_type, VIRTIO_NET_HDR_GSO_TCPV6);
	assert_false(arrives(NIC_BIT(VIRTIO_NET_F_GUEST_TSO6), large, &as));
	large.gso_type = VIRTIO_NET_HDR_GSO_UDP;
	assert_false(arrives(0, large, &as));
}

/* The second of a frame's buffers lies in no memory: none is given, and a reset is needed. */
static void a_broken_queue_receives_nothing_more(void **state)
{
	(void)state;
	post(0, 1000);
	post(1, 1000);
	nic_describe(NIC_RECEIVE, 1, RINGS_HOLE, 1000, WRITE, 0);
	assert_true(bring(1500));
	assert_int_equal(used()->idx, 0);
	assert_int_equal(nic.shared.needs_reset, 1);
	assert_int_equal(nic.shared.interrupt, VIRTIO_INTERRUPT_CONFIG);
	assert_false(virtio_server_follow(&nic.server));
	assert_true(bring(100));
	assert_int_equal(used()->idx, 0);
	nic_restart(0);
	post(0, 1000);
	assert_true(bring(100));
	assert_int_equal(used()->idx, 1);
}

/*
 * A buffer that lies on the count of buffers: as the frame says, there are more of them than a ring
 * has entries.
 */
static void a_frame_takes_no_more_buffers_than_a_ring_has(void **state)
{
	enum { MOST = VIRTIO_QUEUE_SIZE_MAX, MIDDLE = 200 };

	(void)state;
	nic_new(MOST, NIC_MEDIUM);
	nic_start(EVENT_INDEX);
	for (uint16_t i = 0; i < MOST; i++) {
		nic_describe(NIC_RECEIVE, i, BUFFERS + i, 1, WRITE, 0);
		nic_offer(NIC_RECEIVE, i);
	}
	nic_describe(NIC_RECEIVE, MIDDLE, RINGS_AVAILABLE + offsetof(struct vring_avail, idx), 2,
		     WRITE, 0);
	frame[MIDDLE - HEADER] = (2 * MIDDLE) & 0xff;
	frame[MIDDLE - HEADER + 1] = (2 * MIDDLE) >> 8;
	assert_true(bring(1000));
	assert_int_equal(used()->idx, 0);
	assert_int_equal(nic.shared.needs_reset, 1);
}

static void indices_wrap(void **state)
{
	uint16_t filled = 0;

	(void)state;
	for (uint32_t i = 0; i < 65536 / 3 + SIZE; i++) {
		for (uint16_t k = 0; k < 3; k++) {
			nic_describe(NIC_RECEIVE, k, BUFFERS + k * 64, 30, WRITE, 0);
			nic_offer(NIC_RECEIVE, k);
			/* Not before the last of three. */
			frame[0] = (uint8_t)i;
			assert_int_equal(bring(70), k == 2);
		}
		filled += 3;
		assert_int_equal(used()->idx, filled);
		assert_int_equal(((uint8_t *)rings_at(BUFFERS))[HEADER], (uint8_t)i);
	}
}

#define NET_TEST(function) cmocka_unit_test_setup_teardown(function, receive_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(frames_are_received),
		NET_TEST(a_legacy_header_is_shorter),
		NET_TEST(pieces_may_be_cut_anyhow),
		NET_TEST(large_frames_take_several_buffers),
		NET_TEST(the_largest_frame_is_received),
		NET_TEST(a_frame_waits_for_buffers),
		NET_TEST(the_driver_rings_when_there_is_one_more),
		NET_TEST(an_interrupt_may_be_for_a_buffer_in_the_midst),
		NET_TEST(what_fits_no_buffer_is_dropped),
		NET_TEST(other_frames_are_dropped),
		NET_TEST(a_header_says_what_was_accepted),
		NET_TEST(a_broken_queue_receives_nothing_more),
		NET_TEST(a_frame_takes_no_more_buffers_than_a_ring_has),
		NET_TEST(indices_wrap),
	};

	return RUN_TAP(tests);
}
