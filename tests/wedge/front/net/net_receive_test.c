/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_receive_test.c - frames that a back end brings to a driver (front/net.c, net_frame.c;
 * public/io/netif.h).
 *
 * Invariant: a frame comes whole or not at all.
 */
#include "frames.h"

static void frames_are_received(void **state)
{
	struct virtio_net_header h;

	(void)state;
	back_new(ALL_FEATURES);
	driver_post(200, 1526);
	for (unsigned int round = 0; round < 3 * NET_PAGES; round++) {
		make_tcp(frame, 9000, 4);
		frame[100] = (uint8_t)round;
		back_bring(frame, 0, 4096, NETRXF_more_data | NETRXF_data_validated);
		back_bring(frame + 4096, 0, 4096, NETRXF_more_data);
		back_bring(frame + 8192, 100, 808, 0);
		back_event();
		assert_int_equal(driver_receive(&h, got), 9000);
		assert_memory_equal(got, frame, 9000);
		assert_int_equal(h.buffers, 6);
		assert_int_equal(h.flags, VIRTIO_NET_DATA_VALID);
		assert_int_equal(h.gso_type, 0);
		driver_post(6, 1526);
	}
	assert_int_equal(back.logs, 0);
}

static void large_frames_are_received(void **state)
{
	struct virtio_net_header h;

	(void)state;
	back_new(ALL_FEATURES);
	driver_post(100, 1526);
	for (int version = 4; version <= 6; version += 2) {
		make_tcp(frame, 5000, version);
		back_bring(frame, 0, 4096,
			   NETRXF_more_data | NETRXF_csum_blank | NETRXF_data_validated |
				   NETRXF_extra_info);
		back_bring_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0, 1448,
				 version == 4 ? XEN_NETIF_GSO_TYPE_TCPV4
					      : XEN_NETIF_GSO_TYPE_TCPV6);
		back_bring(frame + 4096, 0, 904, 0);
		back_event();
		assert_int_equal(driver_receive(&h, got), 5000);
		assert_memory_equal(got, frame, 5000);
		assert_int_equal(h.flags, VIRTIO_NET_NEEDS_CSUM);
		assert_int_equal(h.gso_type,
				 version == 4 ? VIRTIO_NET_GSO_TCPV4 : VIRTIO_NET_GSO_TCPV6);
		assert_int_equal(h.gso_size, 1448);
		assert_int_equal(h.csum_start, version == 4 ? 34 : 54);
		assert_int_equal(h.csum_offset, 16);
		assert_int_equal(h.header_length, version == 4 ? 54 : 74);
	}
}

/* A driver that knows no missing checksums gets whole ones, and no large frames. */
static void for_a_simple_driver_checksums_are_completed(void **state)
{
	struct virtio_net_header h;

	(void)state;
	back_new(VIRTIO_FEATURE_VERSION_1);
	driver_post(4, 1526);
	make_tcp(frame, 1000, 4);
	back_bring(frame, 0, 1000, NETRXF_csum_blank | NETRXF_data_validated);
	back_bring(frame, 0, 1000, NETRXF_csum_blank | NETRXF_extra_info);
	back_bring_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0, 500, XEN_NETIF_GSO_TYPE_TCPV4);
	back_bring(frame, 0, 1000, NETRXF_data_validated);
	back_bring(frame, 0, 3000, 0);
	back_bring(frame, 0, 100, 0);
	back_event();
	assert_int_equal(driver_receive(&h, got), 1000);
	assert_int_equal(h.flags, 0);
	assert_int_equal(got[50] << 8 | got[51], (uint16_t)~sum_of(frame + 34, 1000 - 34));
	assert_int_equal(driver_receive(&h, got), 1000);
	assert_int_equal(h.flags, 0);
	/* The frame of 3000 bytes has no room in a buffer, and is gone. */
	assert_int_equal(driver_receive(&h, got), 100);
	assert_int_equal(driver_receive(&h, got), 0);
	assert_false(back.shared.needs_reset);
}

static void frames_wait_for_buffers(void **state)
{
	struct virtio_net_header h;

	(void)state;
	back_new(ALL_FEATURES);
	driver_post(2, 1526);
	make_tcp(frame, 4000, 4);
	back_bring(frame, 0, 4000, 0);
	back_bring(frame, 0, 60, 0);
	back_event();
	back_event();
	assert_int_equal(driver_receive(&h, got), 0);
	driver_post(2, 1526);
	assert_int_equal(driver_receive(&h, got), 4000);
	assert_memory_equal(got, frame, 4000);
	assert_int_equal(driver_receive(&h, got), 60);
	assert_int_equal(back.logs, 0);
}

/* Without a driver frames are lost, and their pages are not. */
static void without_a_driver_frames_are_dropped(void **state)
{
	struct virtio_net_header h;

	(void)state;
	back_new(ALL_FEATURES);
	driver_reset();
	make_tcp(frame, 60, 4);
	for (unsigned int i = 0; i < 3 * NET_PAGES; i++) {
		back_bring(frame, 0, 60, 0);
		back_event();
	}
	driver_start(ALL_FEATURES);
	driver_post(1, 1526);
	back_bring(frame, 0, 60, 0);
	back_event();
	assert_int_equal(driver_receive(&h, got), 60);
}

static void errors_of_the_back_end_drop_a_frame(void **state)
{
	struct virtio_net_header h;

	(void)state;
	back_new(ALL_FEATURES);
	driver_post(8, 1526);
	make_tcp(frame, 60, 4);
	back_bring(frame, 0, 60, NETRXF_more_data);
	back_bring(NULL, 0, NETIF_RSP_ERROR, 0);
	back_bring(frame, 0, 0, 0);			  /* of no bytes */
	back_bring("no packet", 0, 9, NETRXF_csum_blank); /* nothing that has a checksum */
	back_bring(frame, 0, 60, 0);
	back_event();
	assert_int_equal(driver_receive(&h, got), 60);
	assert_int_equal(driver_receive(&h, got), 0);
	assert_true(back.f->live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_received),
		cmocka_unit_test(large_frames_are_received),
		cmocka_unit_test(for_a_simple_driver_checksums_are_completed),
		cmocka_unit_test(frames_wait_for_buffers),
		cmocka_unit_test(without_a_driver_frames_are_dropped),
		cmocka_unit_test(errors_of_the_back_end_drop_a_frame),
	};

	return RUN_TAP(tests);
}
