/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_net_send_test.c - what a virtio network device is, and frames that its driver sends
 * (Virtual I/O Device (VIRTIO) Version 1.2, sections 5.1.3 to 5.1.6.2), by the layouts and numbers
 * of Linux's headers.
 *
 * Invariant: every chain is given back once, whether its frame is sent or dropped.
 */
#include "virtio_nic.h"
#include "virtio_rings.h"

#include <string.h>

#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

enum { NEXT = VRING_DESC_F_NEXT, WRITE = VRING_DESC_F_WRITE };
enum { HEADER = RINGS_DATA, FRAME = RINGS_DATA + 0x1000, SIZE = NIC_SIZE };
enum { LEGACY_HEADER = 10, LONG_HEADER = 12 };

#define EVENT_INDEX NIC_BIT(VIRTIO_RING_F_EVENT_IDX)
#define VERSION_1   NIC_BIT(VIRTIO_F_VERSION_1)
#define MERGE	    NIC_BIT(VIRTIO_NET_F_MRG_RXBUF)

static void put_header(struct virtio_net_hdr_v1 h)
{
	memcpy(rings_at(HEADER), &h, sizeof(h));
}

static void put_frame(uint32_t length, uint8_t first)
{
	uint8_t *frame = rings_at(FRAME);

	for (uint32_t i = 0; i < length; i++)
		frame[i] = (uint8_t)(first + i * 7);
}

static void assert_sent(uint32_t length)
{
	assert_int_equal(nic.length, length);
	assert_memory_equal(nic.frame, rings_at(FRAME), length);
}

/* Serves the queue, in which one chain waits, that comes back; whether a frame was sent. */
static bool serve_one(void)
{
	uint16_t before = nic_used(NIC_TRANSMIT)->idx;
	unsigned sent = nic.sent;

	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal((uint16_t)(nic_used(NIC_TRANSMIT)->idx - before), 1);
	assert_int_equal(nic_used(NIC_TRANSMIT)->ring[before % SIZE].len, 0);
	assert_int_equal(nic.shared.needs_reset, 0);
	return nic.sent - sent;
}

/* Header and frame, each in one piece. */
static void offer_frame(uint32_t header_bytes, uint32_t length)
{
	nic_describe(NIC_TRANSMIT, 0, HEADER, header_bytes, NEXT, 1);
	nic_describe(NIC_TRANSMIT, 1, FRAME, length, 0, 0);
	nic_offer(NIC_TRANSMIT, 0);
}

static bool send(struct virtio_net_hdr_v1 h, uint32_t length)
{
	put_header(h);
	offer_frame(LONG_HEADER, length);
	return serve_one();
}

static void a_device_says_what_it_is(void **state)
{
	const struct virtio_net_config *config = (const void *)nic.identity.config;
	const uint64_t always = NIC_BIT(VIRTIO_NET_F_MAC) | NIC_BIT(VIRTIO_NET_F_STATUS) | MERGE |
				NIC_BIT(VIRTIO_RING_F_INDIRECT_DESC) | EVENT_INDEX | VERSION_1;

	(void)state;
	assert_int_equal(nic.identity.type, VIRTIO_ID_NET);
	assert_int_equal(nic.identity.pci_device, 0x1000);
	assert_int_equal(nic.identity.pci_class, 0x020000);
	assert_int_equal(nic.identity.queues, 2);
	assert_memory_equal(config->mac, "\x52\x54\x00\xab\xcd\xef", 6);
	assert_int_equal(config->status, VIRTIO_NET_S_LINK_UP);
	assert_in_range(nic.identity.config_bytes, 8, VIRTIO_CONFIG_MAX);
	assert_int_equal(nic.identity.features, always | NIC_MEDIUM);
	nic_new(SIZE, 0);
	assert_int_equal(nic.identity.features, always);
	/* A medium cannot have it offered what this file does not do: a control queue, UFO, an MTU.
	 */
	nic_new(SIZE, UINT64_MAX);
	assert_int_equal(nic.identity.features, always | NIC_MEDIUM);
	nic.net.link = false;
	virtio_net_identity(&nic.net, &nic.identity);
	assert_int_equal(config->status, 0);
}

/* 5.1.4.2: the address beside it stays. */
static void a_link_goes_down_and_up(void **state)
{
	const struct virtio_net_config *config = (const void *)nic.shared.config;

	(void)state;
	nic.net.link = false;
	virtio_net_show_link(&nic.net, &nic.server);
	assert_int_equal(config->status, 0);
	assert_memory_equal(config->mac, nic.net.address, 6);
	assert_int_equal(nic.shared.interrupt, VIRTIO_INTERRUPT_CONFIG);
	nic.shared.interrupt = 0;
	nic.net.link = true;
	virtio_net_show_link(&nic.net, &nic.server);
	assert_int_equal(config->status, VIRTIO_NET_S_LINK_UP);
	assert_int_equal(nic.shared.interrupt, VIRTIO_INTERRUPT_CONFIG);
	/* What the driver has queued is sent all the same: the medium knows what to do with it. */
	assert_true(send((struct virtio_net_hdr_v1){0}, 60));
}

static void frames_are_sent(void **state)
{
	(void)state;
	for (uint32_t length = 14; length < 1600; length += 61) {
		put_frame(length, (uint8_t)length);
		assert_true(send((struct virtio_net_hdr_v1){0}, length));
		assert_sent(length);
		assert_int_equal(nic.header.flags, 0);
		assert_int_equal(nic.header.gso_type, VIRTIO_NET_HDR_GSO_NONE);
	}
}

/* 5.1.6.1: of 10 bytes only for a legacy driver that does not merge buffers. */
static void the_header_is_as_long_as_was_agreed(void **state)
{
	(void)state;
	put_frame(100, 1);
	put_header((struct virtio_net_hdr_v1){0});
	nic_restart(VERSION_1 | MERGE);
	offer_frame(LEGACY_HEADER, 100);
	assert_true(serve_one());
	assert_sent(100);
	nic_restart(VERSION_1);
	offer_frame(LONG_HEADER, 100);
	assert_true(serve_one());
	assert_sent(100);
	nic_restart(MERGE);
	offer_frame(LONG_HEADER, 100);
	assert_true(serve_one());
	assert_sent(100);
}

/* 2.7.4: header and frame may be cut anywhere, also within a field. */
static void pieces_may_be_cut_anyhow(void **state)
{
	static const struct virtio_net_hdr_v1 h = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34, .csum_offset = 16};
	uint8_t *all = rings_at(FRAME - LONG_HEADER);

	(void)state;
	put_frame(68, 9);
	memcpy(all, &h, LONG_HEADER);
	for (uint32_t piece = 5; piece <= 80; piece++) {
		uint16_t count = 0;

		for (uint32_t at = 0; at < 80; at += piece, count++)
			nic_describe(NIC_TRANSMIT, count, FRAME - LONG_HEADER + at,
				     80 - at < piece ? 80 - at : piece, at + piece < 80 ? NEXT : 0,
				     count + 1);
		nic_offer(NIC_TRANSMIT, 0);
		assert_true(serve_one());
		assert_sent(68);
		assert_memory_equal(&nic.header, &h, LONG_HEADER);
	}
}

static void frames_of_no_possible_length_are_dropped(void **state)
{
	(void)state;
	assert_false(send((struct virtio_net_hdr_v1){0}, 13));
	assert_true(send((struct virtio_net_hdr_v1){0}, 14));
	assert_true(send((struct virtio_net_hdr_v1){0}, 65535 + 14));
	assert_false(send((struct virtio_net_hdr_v1){0}, 65535 + 15));
	assert_false(send((struct virtio_net_hdr_v1){0}, 1 << 24));
}

static void chains_that_are_no_frame_are_dropped(void **state)
{
	(void)state;
	for (uint32_t length = 1; length <= LONG_HEADER; length++) {
		nic_describe(NIC_TRANSMIT, 0, HEADER, length, 0, 0);
		nic_offer(NIC_TRANSMIT, 0);
		assert_false(serve_one());
	}
	/* A part that the device would fill. */
	nic_describe(NIC_TRANSMIT, 0, HEADER, LONG_HEADER, NEXT, 1);
	nic_describe(NIC_TRANSMIT, 1, FRAME, 100, NEXT, 2);
	nic_describe(NIC_TRANSMIT, 2, FRAME + 100, 100, WRITE, 0);
	nic_offer(NIC_TRANSMIT, 0);
	assert_false(serve_one());
	nic_describe(NIC_TRANSMIT, 0, HEADER, LONG_HEADER + 100, WRITE, 0);
	nic_offer(NIC_TRANSMIT, 0);
	assert_false(serve_one());
}

static void a_checksum_lies_within_its_frame(void **state)
{
	struct virtio_net_hdr_v1 h = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34};

	(void)state;
	h.csum_offset = 100 - 34 - 2;
	assert_true(send(h, 100));
	assert_int_equal(nic.header.csum_start, 34);
	assert_int_equal(nic.header.csum_offset, 64);
	h.csum_offset++;
	assert_false(send(h, 100));
	h.csum_start = UINT16_MAX;
	h.csum_offset = 0;
	assert_false(send(h, 100));
	/* A sum that would be small again in 16 bits. */
	h.csum_offset = 20;
	assert_false(send(h, 100));
	h.csum_offset = UINT16_MAX;
	assert_false(send(h, 65535 + 14));
	h.csum_start = h.csum_offset = 0;
	assert_true(send(h, 14));
}

/* 5.1.6.2: "the driver MUST NOT" is a frame that is dropped. */
static void what_was_not_accepted_is_not_asked_for(void **state)
{
	static const struct virtio_net_hdr_v1 sum = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM};
	static const struct virtio_net_hdr_v1 v4 = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
						    .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
						    .gso_size = 1448};
	static const struct virtio_net_hdr_v1 v6 = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
						    .gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
						    .gso_size = 1428};

	(void)state;
	assert_true(send(sum, 100) && send(v4, 9000) && send(v6, 9000));
	assert_int_equal(nic.header.gso_type, VIRTIO_NET_HDR_GSO_TCPV6);
	assert_int_equal(nic.header.gso_size, 1428);
	nic_restart(NIC_BIT(VIRTIO_NET_F_HOST_TSO4));
	assert_true(send(sum, 100) && !send(v4, 9000) && send(v6, 9000));
	nic_restart(NIC_BIT(VIRTIO_NET_F_HOST_TSO6));
	assert_true(send(sum, 100) && send(v4, 9000) && !send(v6, 9000));
	nic_restart(NIC_BIT(VIRTIO_NET_F_CSUM));
	assert_true(!send(sum, 100) && !send(v4, 9000) && !send(v6, 9000));
	/* What the driver claims to have accepted, and was never offered. */
	nic_new(SIZE, 0);
	nic.identity.features |= NIC_MEDIUM;
	nic_start(EVENT_INDEX);
	assert_true(!send(sum, 100) && !send(v4, 9000) && !send(v6, 9000));
}

static void large_frames_are_complete(void **state)
{
	struct virtio_net_hdr_v1 h = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
				      .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
				      .gso_size = 1};

	(void)state;
	assert_true(send(h, 9000));
	h.gso_size = 0;
	assert_false(send(h, 9000));
	h.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
	assert_false(send(h, 9000));
	h.gso_size = 1448;
	h.flags = 0;
	assert_false(send(h, 9000));
	h.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	for (unsigned type = 0; type < 256; type++) {
		h.gso_type = (uint8_t)type;
		assert_int_equal(send(h, 9000), type == VIRTIO_NET_HDR_GSO_NONE ||
							type == VIRTIO_NET_HDR_GSO_TCPV4 ||
							type == VIRTIO_NET_HDR_GSO_TCPV6);
	}
}

/* A queue of three frames, of one byte more each. */
static void offer_three(void)
{
	put_header((struct virtio_net_hdr_v1){0});
	for (uint16_t i = 0; i < 3; i++) {
		nic_describe(NIC_TRANSMIT, 2 * i, HEADER, LONG_HEADER, NEXT, 2 * i + 1);
		nic_describe(NIC_TRANSMIT, 2 * i + 1, FRAME, 60 + i, 0, 0);
		nic_offer(NIC_TRANSMIT, 2 * i);
	}
}

static void a_frame_waits_for_room(void **state)
{
	(void)state;
	put_frame(100, 5);
	offer_three();
	nic.room = 1;
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(nic_used(NIC_TRANSMIT)->idx, 1);
	assert_int_equal(nic.sent, 1);
	assert_int_equal(nic.pushes, 1);
	/* Still none: it is asked again, and nothing else. */
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(nic.refused, 2);
	/* The medium goes on by itself, so the driver need not ring until it has. */
	assert_int_equal(nic_used(NIC_TRANSMIT)->flags, VRING_USED_F_NO_NOTIFY);
	assert_int_equal(nic_used(NIC_TRANSMIT)->idx, 1);
	nic.room = NIC_ROOM;
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(nic.sent, 3);
	assert_int_equal(nic_used(NIC_TRANSMIT)->flags, 0);
	assert_int_equal(nic_used(NIC_TRANSMIT)->idx, 3);
	for (uint16_t i = 0; i < 3; i++)
		assert_int_equal(nic_used(NIC_TRANSMIT)->ring[i].id, 2 * i);
	assert_sent(62);
}

static void a_frame_that_waits_does_not_outlive_a_reset(void **state)
{
	(void)state;
	offer_three();
	nic.room = 0;
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(nic_used(NIC_TRANSMIT)->idx, 0);
	nic_restart(0);
	nic.room = NIC_ROOM;
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(nic.sent, 0);
	assert_int_equal(nic_used(NIC_TRANSMIT)->idx, 0);
}

/* A reset that the server has not seen yet. */
static void nothing_is_sent_behind_a_reset(void **state)
{
	(void)state;
	offer_three();
	nic.shared.run = 0;
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(nic.sent, 0);
	assert_int_equal(nic_used(NIC_TRANSMIT)->idx, 0);
}

static void one_interrupt_is_for_all(void **state)
{
	(void)state;
	offer_three();
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(rings.interrupts, 1);
	assert_int_equal(nic.shared.interrupt, VIRTIO_INTERRUPT_QUEUE);
	assert_int_equal(nic.pushes, 1);
	/* One that the driver does not want. */
	nic.shared.interrupt = 0;
	nic_available(NIC_TRANSMIT)->flags = VRING_AVAIL_F_NO_INTERRUPT;
	offer_three();
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(rings.interrupts, 1);
	assert_int_equal(nic_used(NIC_TRANSMIT)->flags, 0);
}

/* 2.7.7: an interrupt is due for the second of three, none behind that. */
static void event_indices_are_obeyed(void **state)
{
	(void)state;
	nic_reset();
	nic_start(0);
	*nic_used_event(NIC_TRANSMIT) = 1;
	offer_three();
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(rings.interrupts, 1);
	assert_int_equal(*nic_avail_event(NIC_TRANSMIT), 3);
	nic.shared.interrupt = 0;
	offer_three();
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(rings.interrupts, 1);
	assert_int_equal(*nic_avail_event(NIC_TRANSMIT), 6);
}

/* Those before it are sent, and the driver is told that the device needs a reset. */
static void a_broken_queue_sends_nothing_more(void **state)
{
	(void)state;
	offer_three();
	nic_describe(NIC_TRANSMIT, 4, RINGS_HOLE, 60, 0, 0);
	virtio_net_serve(&nic.net, &nic.server);
	assert_int_equal(nic.sent, 2);
	assert_int_equal(nic_used(NIC_TRANSMIT)->idx, 2);
	assert_int_equal(nic.shared.needs_reset, 1);
	assert_int_equal(nic.shared.interrupt, VIRTIO_INTERRUPT_QUEUE | VIRTIO_INTERRUPT_CONFIG);
	assert_false(virtio_server_follow(&nic.server));
	nic_restart(0);
	assert_int_equal(nic.shared.needs_reset, 0);
	assert_true(send((struct virtio_net_hdr_v1){0}, 60));
}

static void indices_wrap(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 65536 + 2 * SIZE; i++) {
		put_frame(14, (uint8_t)i);
		assert_true(send((struct virtio_net_hdr_v1){0}, 14));
		assert_int_equal(nic.frame[0], (uint8_t)i);
	}
}

#define NET_TEST(function) cmocka_unit_test_setup_teardown(function, nic_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(a_device_says_what_it_is),
		NET_TEST(a_link_goes_down_and_up),
		NET_TEST(frames_are_sent),
		NET_TEST(the_header_is_as_long_as_was_agreed),
		NET_TEST(pieces_may_be_cut_anyhow),
		NET_TEST(frames_of_no_possible_length_are_dropped),
		NET_TEST(chains_that_are_no_frame_are_dropped),
		NET_TEST(a_checksum_lies_within_its_frame),
		NET_TEST(what_was_not_accepted_is_not_asked_for),
		NET_TEST(large_frames_are_complete),
		NET_TEST(a_frame_waits_for_room),
		NET_TEST(a_frame_that_waits_does_not_outlive_a_reset),
		NET_TEST(nothing_is_sent_behind_a_reset),
		NET_TEST(one_interrupt_is_for_all),
		NET_TEST(event_indices_are_obeyed),
		NET_TEST(a_broken_queue_sends_nothing_more),
		NET_TEST(indices_wrap),
	};

	return RUN_TAP(tests);
}
