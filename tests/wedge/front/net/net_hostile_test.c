/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_hostile_test.c - back ends and drivers that are hostile (front/net.c, net_life.c,
 * net_frame.c).
 *
 * Invariant: whatever a back end does, the driver gets its frames to be sent back, and a device
 * that was closed can be had again.
 */
#include <stdlib.h>

#include "frames.h"

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

static void bad_responses(int kind)
{
	struct netif_tx_request r;

	back_new(ALL_FEATURES);
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
	back_new(ALL_FEATURES);
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

		back_new(ALL_FEATURES);
		driver_post(200, 1526);
		make_tcp(frame, 6000, 4);
		for (unsigned int i = 0; i < 20; i++) {
			uint8_t *ring = back.f->ring_page[rand() % 2];

			driver_send(&plain, frame, (uint32_t)rand() % 6000, 2000);
			sent++;
			for (unsigned int j = 0; j < 64; j++)
				ring[BACK_ENTRIES_AT + rand() % 3000] = (uint8_t)(rand() % 8);
			back_claim_sent(back.send_answered += (uint32_t)rand() % 2);
			back_claim_received(back.receive_answered += (uint32_t)rand() % 4);
			back_event();
		}
		assert_int_equal(driver_sent(), sent);
		back_close();
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
	back_new(ALL_FEATURES);
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
		driver_start(rand() % 4 ? ALL_FEATURES : VIRTIO_FEATURE_VERSION_1);
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
		cmocka_unit_test(bad_responses_close_the_device),
		cmocka_unit_test(bad_frames_close_the_device),
		cmocka_unit_test(noise),
		cmocka_unit_test(a_driver_that_writes_noise),
	};

	return RUN_TAP(tests);
}
