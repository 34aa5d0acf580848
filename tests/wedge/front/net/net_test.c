/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_test.c - frames through a network device of Xen's, both ways, and back ends that are hostile
 * or die (front/net.c, net_life.c, net_frame.c; public/io/netif.h).
 *
 * Invariant: whatever a back end does, the driver gets its frames to be sent back, and a device
 * that was closed can be had again.
 */
#include <stdlib.h>
#include <string.h>

#include "netback.h"

enum { FRAME_MAX = 65536, ENTRIES_OF_RING = 64 };

static uint8_t frame[FRAME_MAX], got[FRAME_MAX + 4096];
static const struct virtio_net_header plain;
static const uint64_t ALL = ~VIRTIO_FEATURE_EVENT_INDEX;

/* What the back end finds of the next frame; its length. The responses are sent if `answer`. */
static uint32_t take_frame(uint8_t *to, uint16_t *flags, struct netif_extra_info *extra,
			   bool answer)
{
	struct netif_tx_request r[18];
	uint32_t length, rest = 0;
	unsigned int n = 0;

	if (!back_take(&r[0]))
		return 0;
	*flags = r[0].flags;
	length = r[0].size;
	memset(extra, 0, sizeof(*extra));
	if (r[0].flags & NETTXF_extra_info)
		*extra = back_take_extra();
	while (r[n++].flags & NETTXF_more_data) {
		assert_true(n < 18 && back_take(&r[n]));
		rest += r[n].size;
	}
	r[0].size = (uint16_t)(length - rest);
	for (unsigned int i = 0; i < n; i++) {
		assert_true(r[i].offset + r[i].size <= 4096);
		memcpy(to, back_page(r[i].gref) + r[i].offset, r[i].size);
		to += r[i].size;
	}
	for (unsigned int i = 0; answer && i < n; i++) {
		back_answer(r[i].id, NETIF_RSP_OKAY);
		if (!i && extra->type)
			back_answer(0xffff, NETIF_RSP_NULL);
	}
	return length;
}

static void assert_closed(void)
{
	assert_false(back.f->live);
	assert_false(back.f->net.link);
	assert_int_equal(back.f->bus.life, XENBUS_DEAD);
	assert_int_equal(back.logs, 1);
	/* The driver sends into a cable that is pulled. */
	unsigned int sent = driver_sent();
	driver_send(&plain, frame, 60, 100);
	assert_int_equal(driver_sent(), sent + 1);
}

/* ---- how they find each other ---- */

static void rings_are_offered(void **state)
{
	(void)state;
	back_found();
	assert_true(back_offer());
	assert_true(back_said("tx-ring-ref") && back_said("rx-ring-ref"));
	assert_true(back_said("tx-ring-ref") != back_said("rx-ring-ref"));
	assert_int_equal(back_said("event-channel"), 7);
	assert_int_equal(back_said("request-rx-copy"), 1);
	assert_int_equal(back_said("feature-rx-notify"), 1);
	assert_int_equal(back_said("feature-sg"), 1);
	back_show();
	assert_int_equal(back.identity.type, 1);
	assert_int_equal(back.identity.config[5], BACK_ADDRESS_LAST);
	assert_int_equal(back.identity.config[6], 0); /* the link is down */
	back_connect();
	assert_int_equal(back.shared.config_sequence, 2);
	assert_true(back_link());
	assert_true(back.identity.features & VIRTIO_NET_HOST_TSO4);
	assert_true(back.identity.features & VIRTIO_NET_HOST_TSO6);
	back_connect();
	assert_int_equal(back.shared.config_sequence, 2);
}

static void set_key(const char *key, const char *value)
{
	for (unsigned int i = 0; i < back.f->bus.kind->key_count; i++)
		if (!strcmp(back.f->bus.kind->keys[i], key))
			back.value[i] = value;
}

static void features_are_the_back_ends(void **state)
{
	static const struct {
		const char *key, *value;
		uint64_t missing;
	} cases[] = {
		{"feature-sg", "0", VIRTIO_NET_HOST_TSO4 | VIRTIO_NET_HOST_TSO6},
		{"feature-gso-tcpv4", NULL, VIRTIO_NET_HOST_TSO4},
		{"feature-gso-tcpv6", "x", VIRTIO_NET_HOST_TSO6},
		{"feature-ipv6-csum-offload", NULL, VIRTIO_NET_HOST_TSO6},
		{"feature-no-csum-offload", "1",
		 VIRTIO_NET_CSUM | VIRTIO_NET_HOST_TSO4 | VIRTIO_NET_HOST_TSO6},
	};
	const uint64_t all = VIRTIO_NET_CSUM | VIRTIO_NET_HOST_TSO4 | VIRTIO_NET_HOST_TSO6;

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		back_found();
		set_key(cases[i].key, cases[i].value);
		assert_true(back_offer());
		back_show();
		assert_int_equal(back.identity.features & all, all & ~cases[i].missing);
	}
}

static void what_is_no_device_is_refused(void **state)
{
	static const char *const bad[] = {NULL,
					  "",
					  "00:16:3e:00:00",
					  "00:16:3e:00:00:0g",
					  "00-16-3e-00-00-05",
					  "00:16:3e:00:00:05:"};

	(void)state;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		back_found();
		set_key("mac", bad[i]);
		assert_false(back_offer());
		assert_int_equal(back.logs, 1);
		assert_int_equal(back.granted, 0);
		assert_int_equal(net_devices(), 0);
	}
	back_found();
	set_key("feature-rx-copy", "0");
	assert_false(back_offer());
}

static void without_grants_or_port_nothing_is_left(void **state)
{
	(void)state;
	back_found();
	back.no_grants = true;
	assert_false(back_offer());
	back.no_grants = false;
	back.no_port = true;
	assert_false(back_offer());
	assert_int_equal(back.logs, 2);
	assert_int_equal(back.granted, 0);
}

static void close_device(void)
{
	xenbus_close(&back.f->bus);
	back.f->bus.kind->closed(&back.f->bus);
}

static void a_device_comes_back(void **state)
{
	(void)state;
	back_new(ALL);
	driver_post(4, 2000);
	close_device();
	assert_int_equal(back.granted, 0);
	assert_false(back_link());
	set_key("mac", "00:16:3e:00:00:06");
	assert_false(back_offer());
	set_key("mac", "00:16:3E:00:00:05");
	set_key("feature-gso-tcpv4", "0"); /* which the guest has been offered */
	assert_false(back_offer());
	set_key("feature-gso-tcpv4", "1");
	assert_true(back_offer());
	back_connect();
	assert_true(back_link());
	make_tcp(frame, 60, 4);
	back_bring(frame, 0, 60, 0);
	back_event();
	assert_int_equal(driver_receive(&(struct virtio_net_header){0}, got), 60);
}

static void pages_that_are_mapped_are_not_used(void **state)
{
	(void)state;
	back_new(ALL);
	back.still_maps = true;
	close_device();
	assert_false(back_offer());
	back.still_maps = false;
	assert_true(back_offer());
	assert_int_equal(back.granted, 2 * NET_PAGES + 2);
}

/* ---- sending ---- */

static void frames_are_sent(void **state)
{
	static const uint32_t lengths[] = {14, 60, 1514, 4096, 4097, 65535};
	uint16_t flags;
	struct netif_extra_info extra;

	(void)state;
	back_new(ALL);
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
	back_new(ALL);
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

/* RFC 1071: with its checksum the sum of all is ones. */
static uint16_t sum_of(const uint8_t *bytes, uint32_t count)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum += i & 1 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
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
	back_new(ALL);
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
	back_new(ALL);
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
	back_new(ALL);
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
	back_start_driver(ALL);
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
	back_new(ALL);
	make_tcp(frame, 60000, 4);
	for (unsigned int i = 0; i < 12; i++)
		driver_send(&plain, frame, 60000, 60012);
	assert_true(driver_sent() < 12);
	close_device();
	assert_int_equal(driver_sent(), 12);
}

/* ---- receiving ---- */

static void frames_are_received(void **state)
{
	struct virtio_net_header h;

	(void)state;
	back_new(ALL);
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
	back_new(ALL);
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
	back_new(ALL);
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
	back_new(ALL);
	driver_reset();
	make_tcp(frame, 60, 4);
	for (unsigned int i = 0; i < 3 * NET_PAGES; i++) {
		back_bring(frame, 0, 60, 0);
		back_event();
	}
	back_start_driver(ALL);
	driver_post(1, 1526);
	back_bring(frame, 0, 60, 0);
	back_event();
	assert_int_equal(driver_receive(&h, got), 60);
}

static void errors_of_the_back_end_drop_a_frame(void **state)
{
	struct virtio_net_header h;

	(void)state;
	back_new(ALL);
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

/* ---- hostile back ends ---- */

static void bad_responses(int kind)
{
	struct netif_tx_request r;

	back_new(ALL);
	make_tcp(frame, 100, 4);
	driver_send(&plain, frame, 100, 200);
	assert_true(back_take(&r));
	switch (kind) {
	case 0: /* more than there were */
		back_claim_sent(2);
		break;
	case 1:
		back_claim_sent(0x80000000u);
		break;
	case 2:
		back_claim_sent((uint32_t)-1);
		break;
	case 3: /* for what is not at work */
		back_answer((uint16_t)(r.id ^ 1), NETIF_RSP_OKAY);
		break;
	case 4:
		back_answer(0xffff, NETIF_RSP_OKAY);
		break;
	case 5: /* an extra that was none */
		back_answer(r.id, NETIF_RSP_NULL);
		break;
	case 6: /* twice */
		driver_send(&plain, frame, 100, 200);
		back_answer(r.id, NETIF_RSP_OKAY);
		back_answer(r.id, NETIF_RSP_OKAY);
		break;
	}
	back_event();
	assert_closed();
}

static void bad_responses_close_the_device(void **state)
{
	(void)state;
	for (int kind = 0; kind < 7; kind++)
		bad_responses(kind);
}

static void bad_frame(int kind)
{
	back_new(ALL);
	driver_post(20, 1526);
	make_tcp(frame, 4096, 4);
	switch (kind) {
	case 0:
		back_claim_received(NET_PAGES + 1);
		break;
	case 1:
		back_bring(frame, 4090, 7, 0);
		break;
	case 2:
		back_bring(frame, 0, 4097, 0);
		break;
	case 3:
		back_bring(frame, 65535, 32767, 0);
		break;
	case 4: /* without end */
		for (int i = 0; i < 30; i++)
			back_bring(frame, 0, 1, NETRXF_more_data);
		break;
	case 5:
		for (int i = 0; i < 30; i++)
			back_bring(NULL, 0, NETIF_RSP_ERROR, NETRXF_more_data);
		break;
	default: /* extras that are not known, or say nothing, or come twice */
		back_bring(frame, 0, 100, NETRXF_extra_info | NETRXF_csum_blank);
		back_bring_extra(kind == 6 ? XEN_NETIF_EXTRA_TYPE_HASH : XEN_NETIF_EXTRA_TYPE_GSO,
				 kind == 9 ? XEN_NETIF_EXTRA_FLAG_MORE : 0, kind == 7 ? 0 : 1000,
				 kind == 8 ? 3 : XEN_NETIF_GSO_TYPE_TCPV4);
		if (kind == 9)
			back_bring_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0, 1000,
					 XEN_NETIF_GSO_TYPE_TCPV4);
	}
	back_event();
	assert_closed();
}

static void bad_frames_close_the_device(void **state)
{
	(void)state;
	for (int kind = 0; kind < 10; kind++)
		bad_frame(kind);
}

/* Whatever is in the rings, the driver gets its frames back and a new back end works. */
static void noise(void **state)
{
	struct virtio_net_header h;
	uint16_t flags;
	struct netif_extra_info extra;

	(void)state;
	srand(1);
	for (unsigned int round = 0; round < 300; round++) {
		unsigned int sent = 0;

		back_new(ALL);
		driver_post(200, 1526);
		make_tcp(frame, 6000, 4);
		for (unsigned int i = 0; i < 20; i++) {
			uint8_t *ring = back.f->ring_page[rand() % 2];

			driver_send(&plain, frame, (uint32_t)rand() % 6000, 2000);
			sent++;
			for (unsigned int j = 0; j < 64; j++)
				ring[ENTRIES_OF_RING + rand() % 3000] = (uint8_t)(rand() % 8);
			back_claim_sent(back.send_answered += (uint32_t)rand() % 2);
			back_claim_received(back.receive_answered += (uint32_t)rand() % 4);
			back_event();
		}
		assert_int_equal(driver_sent(), sent);
		close_device();
		assert_int_equal(back.granted, 0);
		assert_true(back_offer());
		back_connect();
		driver_send(&plain, frame, 6000, 2000);
		assert_int_equal(take_frame(got, &flags, &extra, true), 6000);
		while (driver_receive(&h, got))
			;
		driver_post(10, 1526);
		back_bring(frame, 0, 1000, 0);
		back_event();
		assert_int_equal(driver_receive(&h, got), 1000);
	}
}

/* Sends back what it takes, to itself as it were. */
static void echo(void)
{
	uint16_t flags;
	struct netif_extra_info extra;
	uint32_t length;

	while ((length = take_frame(got, &flags, &extra, true)))
		if (length <= 4096)
			back_bring(got, 0, (int16_t)length,
				   flags & NETTXF_csum_blank ? NETRXF_csum_blank : 0);
	back_event();
}

/* Whatever a driver writes, the back end gets right requests only, and a reset mends all. */
static void a_driver_that_writes_noise(void **state)
{
	unsigned int broken = 0, frames = 0;
	struct virtio_net_header h;
	uint16_t flags;
	struct netif_extra_info extra;

	(void)state;
	srand(2);
	back_new(ALL);
	for (unsigned int round = 0; round < 400; round++) {
		for (unsigned int i = 0; i < 30 && !back.shared.needs_reset; i++) {
			uint32_t before = back.send_taken;

			driver_scribble();
			echo();
			frames += back.send_taken - before;
		}
		broken += back.shared.needs_reset;
		driver_reset();
		assert_false(back.shared.needs_reset);
		back_start_driver(rand() % 4 ? ALL : VIRTIO_FEATURE_VERSION_1);
		driver_post(16, 1526);
		make_tcp(frame, 1000, 4);
		back_bring(frame, 0, 1000, 0);
		back_event();
		assert_int_equal(driver_receive(&h, got), 1000);
		driver_send(&plain, frame, 1000, 300);
		assert_int_equal(take_frame(got, &flags, &extra, true), 1000);
	}
	assert_true(back.f->live);
	assert_int_equal(back.logs, 0);
	assert_true(broken > 100 && frames > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rings_are_offered),
		cmocka_unit_test(features_are_the_back_ends),
		cmocka_unit_test(what_is_no_device_is_refused),
		cmocka_unit_test(without_grants_or_port_nothing_is_left),
		cmocka_unit_test(a_device_comes_back),
		cmocka_unit_test(pages_that_are_mapped_are_not_used),
		cmocka_unit_test(frames_are_sent),
		cmocka_unit_test(large_frames_are_sent),
		cmocka_unit_test(other_checksums_are_completed),
		cmocka_unit_test(wrong_frames_are_dropped),
		cmocka_unit_test(frames_wait_for_room),
		cmocka_unit_test(a_back_end_that_dies_keeps_no_frame),
		cmocka_unit_test(frames_are_received),
		cmocka_unit_test(large_frames_are_received),
		cmocka_unit_test(for_a_simple_driver_checksums_are_completed),
		cmocka_unit_test(frames_wait_for_buffers),
		cmocka_unit_test(without_a_driver_frames_are_dropped),
		cmocka_unit_test(errors_of_the_back_end_drop_a_frame),
		cmocka_unit_test(bad_responses_close_the_device),
		cmocka_unit_test(bad_frames_close_the_device),
		cmocka_unit_test(noise),
		cmocka_unit_test(a_driver_that_writes_noise),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
