/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_send_test.c - frames that a driver sends through a network device of Xen's (front/net.c,
 * net_frame.c; public/io/netif.h).
 *
 * Invariant: whatever a back end does, the driver gets its frames to be sent back.
 */
#include "frames.h"

static void frames_are_sent(void **state)
{
	static const uint32_t lengths[] = {14, 60, 1514, 4096, 4097, 65535};
	uint16_t flags;
	struct netif_extra_info extra;

	(void)state;
	back_new(ALL_FEATURES);
	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		make_tcp(frame, lengths[i] < 100 ? 100 : lengths[i], 4);
		driver_send(&plain, frame, lengths[i], i ? 1000 : 5);
		assert_int_equal(driver_sent(), i + 1);
		assert_int_equal(take_frame(got, &flags, &extra, true), lengths[i]);
		assert_memory_equal(got, frame, lengths[i]);
		assert_int_equal(flags & (NETTXF_csum_blank | NETTXF_extra_info), 0);
	}
	assert_int_equal(back.events, 1 + 6);
	/* More than a request can say: dropped. */
	driver_send(&plain, frame, 65536, 60000);
	assert_int_equal(driver_sent(), 7);
	assert_int_equal(take_frame(got, &flags, &extra, true), 0);
}

static void large_frames_are_sent(void **state)
{
	struct virtio_net_header h = {
		.flags = VIRTIO_NET_NEEDS_CSUM, .csum_offset = 16, .gso_size = 1448};
	uint16_t flags;
	struct netif_extra_info extra;

	(void)state;
	back_new(ALL_FEATURES);
	for (int version = 4; version <= 6; version += 2) {
		h.gso_type = version == 4 ? VIRTIO_NET_GSO_TCPV4 : VIRTIO_NET_GSO_TCPV6;
		h.csum_start = version == 4 ? 34 : 54;
		make_tcp(frame, 60000, version);
		driver_send(&h, frame, 60000, 4096);
		assert_int_equal(take_frame(got, &flags, &extra, true), 60000);
		assert_memory_equal(got, frame, 60000);
		assert_true(flags & NETTXF_csum_blank);
		assert_int_equal(extra.type, XEN_NETIF_EXTRA_TYPE_GSO);
		assert_int_equal(extra.flags, 0);
		assert_int_equal(extra.u.gso.size, 1448);
		assert_int_equal(extra.u.gso.type, version == 4 ? XEN_NETIF_GSO_TYPE_TCPV4
								: XEN_NETIF_GSO_TYPE_TCPV6);
	}
	back_event(); /* which takes the responses, those without a part too */
	assert_true(back.f->live);
	assert_int_equal(back.logs, 0);
}

/* What the back end would not find the place of: other protocols, fragments, tags, odd places. */
static void other_checksums_are_completed(void **state)
{
	static const struct {
		unsigned int at;
		uint8_t value;
		uint16_t start, offset;
	} cases[] = {
		{23, 132, 34, 16}, {20, 0x20, 34, 16}, {12, 0x81, 34, 16},
		{23, 6, 36, 10},   {14, 0x41, 34, 16}, {14, 0x35, 35, 16},
	};
	uint16_t flags;
	struct netif_extra_info extra;

	(void)state;
	back_new(ALL_FEATURES);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint16_t start = cases[i].start, sum;
		unsigned int place = start + cases[i].offset;
		struct virtio_net_header h = {.flags = VIRTIO_NET_NEEDS_CSUM,
					      .csum_start = start,
					      .csum_offset = cases[i].offset};

		make_tcp(frame, 6001, 4);
		frame[cases[i].at] = cases[i].value;
		sum = (uint16_t)~sum_of(frame + start, 6001u - start);
		driver_send(&h, frame, 6001, 777);
		assert_int_equal(take_frame(got, &flags, &extra, true), 6001);
		assert_false(flags & NETTXF_csum_blank);
		frame[place] = (uint8_t)(sum >> 8);
		frame[place + 1] = (uint8_t)sum;
		assert_memory_equal(got, frame, 6001);
	}
	assert_int_equal(driver_sent(), sizeof(cases) / sizeof(cases[0]));
}

static void wrong_frames_are_dropped(void **state)
{
	static const struct virtio_net_header bad[] = {
		{.flags = VIRTIO_NET_NEEDS_CSUM, .csum_start = 90, .csum_offset = 9},
		{.flags = VIRTIO_NET_NEEDS_CSUM, .csum_start = 65535, .csum_offset = 65535},
		{.gso_type = VIRTIO_NET_GSO_TCPV4, .gso_size = 1000},
		{.flags = VIRTIO_NET_NEEDS_CSUM,
		 .gso_type = 1,
		 .csum_start = 34,
		 .csum_offset = 16},
		{.flags = VIRTIO_NET_NEEDS_CSUM,
		 .gso_type = 3,
		 .gso_size = 9,
		 .csum_start = 34,
		 .csum_offset = 16},
		{.flags = VIRTIO_NET_NEEDS_CSUM,
		 .gso_type = 1,
		 .gso_size = 9,
		 .csum_start = 35,
		 .csum_offset = 16},
	};
	uint16_t flags;
	struct netif_extra_info extra;

	(void)state;
	back_new(ALL_FEATURES);
	make_tcp(frame, 100, 4);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		driver_send(&bad[i], frame, 100, 64);
	driver_send(&plain, frame, 13, 64);
	assert_int_equal(driver_sent(), sizeof(bad) / sizeof(bad[0]) + 1);
	assert_int_equal(take_frame(got, &flags, &extra, true), 0);
	assert_true(back.f->live);
}

/* A driver that sends more than there are pages waits, and goes on when there are. */
static void frames_wait_for_room(void **state)
{
	uint16_t flags;
	struct netif_extra_info extra;
	unsigned int whole = NET_PAGES / 15;

	(void)state;
	back_new(ALL_FEATURES);
	make_tcp(frame, 60000, 4);
	for (unsigned int i = 0; i < whole + 2; i++)
		driver_send(&plain, frame, 60000, 60012);
	assert_int_equal(driver_sent(), whole);
	assert_true(back.f->net.waits);
	assert_int_equal(take_frame(got, &flags, &extra, true), 60000);
	back_event();
	assert_int_equal(driver_sent(), whole + 1);
	driver_reset();
	assert_false(back.f->net.waits);
	driver_start(ALL_FEATURES);
	for (unsigned int i = 0; i < whole; i++)
		assert_int_equal(take_frame(got, &flags, &extra, true), 60000);
	driver_send(&plain, frame, 1000, 60012);
	assert_int_equal(take_frame(got, &flags, &extra, true), 1000);
	back_event();
	assert_int_equal(back.f->free_pages, NET_PAGES);
	assert_int_equal(back.logs, 0);
}

static void a_back_end_that_dies_keeps_no_frame(void **state)
{
	(void)state;
	back_new(ALL_FEATURES);
	make_tcp(frame, 60000, 4);
	for (unsigned int i = 0; i < 12; i++)
		driver_send(&plain, frame, 60000, 60012);
	assert_true(driver_sent() < 12);
	back_close();
	assert_int_equal(driver_sent(), 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_sent),
		cmocka_unit_test(large_frames_are_sent),
		cmocka_unit_test(other_checksums_are_completed),
		cmocka_unit_test(wrong_frames_are_dropped),
		cmocka_unit_test(frames_wait_for_room),
		cmocka_unit_test(a_back_end_that_dies_keeps_no_frame),
	};

	return RUN_TAP(tests);
}
