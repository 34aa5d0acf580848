/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_connect_test.c - how a network device of Xen's and its back end find each other, part, and
 * come back (front/net_life.c).
 *
 * Invariant: a device that was closed can be had again.
 */
#include "frames.h"

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
		back_say(cases[i].key, cases[i].value);
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
		back_say("mac", bad[i]);
		assert_false(back_offer());
		assert_int_equal(back.logs, 1);
		assert_int_equal(back.granted, 0);
		assert_int_equal(net_devices(), 0);
	}
	back_found();
	back_say("feature-rx-copy", "0");
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

static void a_device_comes_back(void **state)
{
	(void)state;
	back_new(ALL_FEATURES);
	driver_post(4, 2000);
	back_close();
	assert_int_equal(back.granted, 0);
	assert_false(back_link());
	back_say("mac", "00:16:3e:00:00:06");
	assert_false(back_offer());
	back_say("mac", "00:16:3E:00:00:05");
	back_say("feature-gso-tcpv4", "0"); /* which the guest has been offered */
	assert_false(back_offer());
	back_say("feature-gso-tcpv4", "1");
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
	back_new(ALL_FEATURES);
	back.still_maps = true;
	back_close();
	assert_false(back_offer());
	back.still_maps = false;
	assert_true(back_offer());
	assert_int_equal(back.granted, 2 * NET_PAGES + 2);
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
	};

	return RUN_TAP(tests);
}
