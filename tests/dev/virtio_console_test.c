/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_console_test.c - a virtio console device with ports (Virtual I/O Device (VIRTIO) Version
 * 1.2, section 5.3), by the layouts and numbers of Linux's header.
 */
#include "virtio_ports.h"

#include <string.h>

#include <linux/virtio_ids.h>

enum { NEXT = VRING_DESC_F_NEXT, WRITE = VRING_DESC_F_WRITE, SIZE = PORTS_SIZE };
enum { TO_DRIVER = PORTS_TO_DRIVER, FROM_DRIVER = PORTS_FROM_DRIVER };

/* The driver says something. */
static void say(uint32_t port, uint16_t event, uint16_t value)
{
	const struct virtio_console_control m = {port, event, value};
	uint16_t before = ports_used(FROM_DRIVER)->idx;

	memcpy(ports_buffer(FROM_DRIVER, 0), &m, sizeof(m));
	ports_offer(FROM_DRIVER, 0, sizeof(m), 0);
	ports_serve();
	assert_int_equal((uint16_t)(ports_used(FROM_DRIVER)->idx - before), 1);
}

/* The device's next message, number `number` since the start, is this one. */
static void assert_told(uint16_t number, uint32_t port, uint16_t event, uint16_t value,
			const char *text)
{
	const struct vring_used_elem *e = &ports_used(TO_DRIVER)->ring[number % SIZE];
	struct virtio_console_control m;

	assert_true(number < ports_used(TO_DRIVER)->idx);
	memcpy(&m, ports_buffer(TO_DRIVER, (uint16_t)e->id), sizeof(m));
	assert_int_equal(m.id, port);
	assert_int_equal(m.event, event);
	assert_int_equal(m.value, value);
	assert_int_equal(e->len, sizeof(m) + strlen(text));
	assert_memory_equal(ports_buffer(TO_DRIVER, (uint16_t)e->id) + sizeof(m), text,
			    strlen(text));
}

static void listen_for_messages(uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		ports_offer(TO_DRIVER, i, 256, WRITE);
}

/* Announces the ports, and opens `port` in the guest. */
static void open_port(uint32_t port)
{
	listen_for_messages(10);
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	say(port, VIRTIO_CONSOLE_PORT_READY, 1);
	say(port, VIRTIO_CONSOLE_PORT_OPEN, 1);
}

static void a_device_says_what_it_is(void **state)
{
	const struct virtio_console_config *config = (const void *)ports.identity.config;

	(void)state;
	assert_int_equal(ports.identity.type, VIRTIO_ID_CONSOLE);
	assert_int_equal(ports.identity.pci_device, 0x1003);
	assert_int_equal(ports.identity.queues, 2 * VIRTIO_CONSOLE_PORTS + 2);
	assert_int_equal(ports.identity.config_bytes, sizeof(*config));
	assert_int_equal(config->max_nr_ports, VIRTIO_CONSOLE_PORTS);
	assert_true(ports.identity.features & PORTS_BIT(VIRTIO_CONSOLE_F_MULTIPORT));
	assert_false(ports.identity.features & PORTS_BIT(VIRTIO_CONSOLE_F_SIZE));
	assert_false(ports.identity.features & PORTS_BIT(VIRTIO_CONSOLE_F_EMERG_WRITE));
}

/* 5.3.6.2: ports are added when the driver is ready, and described when it is ready for each. */
static void ports_are_announced(void **state)
{
	(void)state;
	listen_for_messages(10);
	ports_serve();
	assert_int_equal(ports_used(TO_DRIVER)->idx, 0);
	say(VIRTIO_CONSOLE_BAD_ID, VIRTIO_CONSOLE_DEVICE_READY, 1);
	assert_told(0, 0, VIRTIO_CONSOLE_PORT_ADD, 1, "");
	assert_told(1, 1, VIRTIO_CONSOLE_PORT_ADD, 1, "");
	assert_told(2, 3, VIRTIO_CONSOLE_PORT_ADD, 1, "");
	assert_int_equal(ports_used(TO_DRIVER)->idx, 3);
	say(0, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_told(3, 0, VIRTIO_CONSOLE_CONSOLE_PORT, 1, "");
	assert_told(4, 0, VIRTIO_CONSOLE_PORT_OPEN, 1, "");
	say(1, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_told(5, 1, VIRTIO_CONSOLE_PORT_OPEN, 1, "");
	assert_told(6, 1, VIRTIO_CONSOLE_PORT_NAME, 1, "a.name");
	say(3, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_told(7, 3, VIRTIO_CONSOLE_PORT_OPEN, 1, "");
	assert_int_equal(ports_used(TO_DRIVER)->idx, 8);
	assert_int_equal(ports.shared.interrupt, VIRTIO_INTERRUPT_QUEUE);
}

static void messages_wait_for_buffers(void **state)
{
	(void)state;
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	for (unsigned i = 0; i < 5; i++)
		say(0, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 0);
	listen_for_messages(10);
	ports_serve();
	assert_told(0, 0, VIRTIO_CONSOLE_PORT_ADD, 1, "");
	assert_told(1, 0, VIRTIO_CONSOLE_CONSOLE_PORT, 1, "");
	assert_told(2, 0, VIRTIO_CONSOLE_PORT_OPEN, 1, "");
	assert_int_equal(ports_used(TO_DRIVER)->idx, 5);
}

static void a_port_that_is_not_there_is_not_described(void **state)
{
	(void)state;
	listen_for_messages(10);
	say(2, VIRTIO_CONSOLE_PORT_READY, 1);
	say(4, VIRTIO_CONSOLE_PORT_READY, 1);
	say(UINT32_MAX, VIRTIO_CONSOLE_PORT_OPEN, 1);
	say(1, VIRTIO_CONSOLE_PORT_READY, 0);
	say(1, 77, 1);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 0);
	assert_false(ports.server.broken);
}

static void what_is_sent_arrives(void **state)
{
	(void)state;
	memcpy(ports_buffer(9, 0), "to port three", 13);
	memcpy(ports_buffer(1, 0), "one", 3);
	memcpy(ports_buffer(1, 1), "two", 3);
	ports_offer(9, 0, 13, 0);
	ports_offer(1, 0, 3, NEXT); /* behind it is descriptor 1 */
	rings_describe_in(ports_ring(1), 1, ports_buffer_address(1, 1), 3, 0, 0);
	ports_serve();
	assert_int_equal(ports.sent_bytes[3], 13);
	assert_memory_equal(ports.sent[3], "to port three", 13);
	assert_int_equal(ports.sent_bytes[0], 6);
	assert_memory_equal(ports.sent[0], "onetwo", 6);
	assert_int_equal(ports_used(9)->idx, 1);
	assert_int_equal(ports_used(9)->ring[0].len, 0);
}

/* A slow reader stops the port alone, and gets each byte once. */
static void a_port_waits_for_room(void **state)
{
	(void)state;
	memcpy(ports_buffer(5, 0), "abcdef", 6);
	memcpy(ports_buffer(5, 1), "ghi", 3);
	ports_offer(5, 0, 6, 0);
	ports_offer(5, 1, 3, 0);
	ports.room = 2;
	ports_serve();
	assert_true(ports.console.port[1].waits);
	assert_int_equal(ports_used(5)->idx, 0);
	ports.room = 5;
	ports_serve();
	assert_int_equal(ports_used(5)->idx, 1);
	assert_true(ports.console.port[1].waits);
	ports.room = 100;
	ports_serve();
	assert_false(ports.console.port[1].waits);
	assert_int_equal(ports_used(5)->idx, 2);
	assert_int_equal(ports.sent_bytes[1], 9);
	assert_memory_equal(ports.sent[1], "abcdefghi", 9);
}

/* Linux throws away what comes for a port that no program has open. */
static void what_comes_waits_until_the_port_is_open(void **state)
{
	(void)state;
	ports.coming[1] = "hello";
	ports_offer(4, 0, 256, WRITE);
	ports_serve();
	assert_false(virtio_port_listens(&ports.console.port[1]));
	assert_int_equal(ports_used(4)->idx, 0);
	open_port(1);
	assert_int_equal(ports_used(4)->idx, 1);
	assert_int_equal(ports_used(4)->ring[0].len, 5);
	assert_memory_equal(ports_buffer(4, 0), "hello", 5);
	/* No buffer is left: nothing is asked of the medium until there is one. */
	ports.coming[1] = "more";
	assert_false(virtio_port_listens(&ports.console.port[1]));
	ports_offer(4, 1, 3, WRITE);
	ports_offer(4, 2, 256, WRITE);
	ports_serve();
	assert_int_equal(ports_used(4)->idx, 3);
	assert_int_equal(ports_used(4)->ring[1].len, 3);
	assert_int_equal(ports_used(4)->ring[2].len, 1);
	ports_offer(4, 3, 256, WRITE);
	ports_serve();
	assert_true(virtio_port_listens(&ports.console.port[1]));
	assert_int_equal(ports_used(4)->idx, 3);
	say(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	assert_false(virtio_port_listens(&ports.console.port[1]));
}

static void the_end_of_what_comes_is_told(void **state)
{
	(void)state;
	open_port(1);
	ports_offer(4, 0, 256, WRITE);
	ports.coming[1] = "last";
	ports.ends = true;
	ports_serve();
	assert_int_equal(ports_used(4)->ring[0].len, 4);
	ports_offer(4, 1, 256, WRITE);
	ports_serve();
	assert_int_equal(ports_used(4)->idx, 1);
	assert_told(ports_used(TO_DRIVER)->idx - 1, 1, VIRTIO_CONSOLE_PORT_OPEN, 0, "");
	assert_false(virtio_port_listens(&ports.console.port[1]));
}

/* 5.3.5: a driver without ports has queues 0 and 1. */
static void a_driver_without_ports_has_the_first(void **state)
{
	(void)state;
	ports_reset();
	ports_start(VIRTIO_FEATURE_VERSION_1);
	memcpy(ports_buffer(1, 0), "text", 4);
	ports_offer(1, 0, 4, 0);
	ports_offer(0, 0, 256, WRITE);
	listen_for_messages(4);
	ports.coming[0] = "keys";
	ports_serve();
	assert_int_equal(ports.sent_bytes[0], 4);
	assert_int_equal(ports_used(0)->ring[0].len, 4);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 0);
}

static void a_reset_sends_what_was_there(void **state)
{
	(void)state;
	memcpy(ports_buffer(5, 0), "abcdef", 6);
	ports_offer(5, 0, 6, 0);
	ports.shared.run = 0;
	ports.room = 4;
	assert_false(virtio_console_flush(&ports.console, &ports.server));
	ports.room = 4;
	assert_true(virtio_console_flush(&ports.console, &ports.server));
	assert_memory_equal(ports.sent[1], "abcdef", 6);
	virtio_console_forget(&ports.console);
	assert_false(virtio_server_follow(&ports.server));
	ports_serve();
	assert_int_equal(ports.sent_bytes[1], 6);
}

/* ---- the size of a terminal ---- */

static const struct virtio_console_size small = {.columns = 80, .rows = 24},
					large = {.columns = 200, .rows = 50};

/* The driver's, in the layout of Linux's header. */
static struct virtio_console_config config_now(void)
{
	struct virtio_console_config config;

	memcpy(&config, ports.server.config, sizeof(config));
	return config;
}

/* A terminal of known size, whose driver takes these features. */
static void start_with_size(uint64_t features)
{
	ports_know_size(small);
	ports_start(VIRTIO_FEATURE_VERSION_1 | features);
}

static void resize(struct virtio_console_size size)
{
	assert_true(virtio_server_follow(&ports.server));
	virtio_console_resize(&ports.console, &ports.server, size);
	ports_serve();
}

/* 5.3.6.2: columns, then rows. */
static void assert_told_size(uint16_t number, struct virtio_console_size size)
{
	const uint16_t words[] = {size.columns, size.rows};
	char text[sizeof(words) + 1] = "";

	memcpy(text, words, sizeof(words));
	assert_int_equal(ports_used(TO_DRIVER)->ring[number % SIZE].len,
			 sizeof(struct virtio_console_control) + sizeof(words));
	assert_memory_equal(
		ports_buffer(TO_DRIVER, (uint16_t)ports_used(TO_DRIVER)->ring[number % SIZE].id) +
			sizeof(struct virtio_console_control),
		text, sizeof(words));
}

static void a_size_is_told_when_the_driver_knows_the_port(void **state)
{
	(void)state;
	start_with_size(PORTS_BIT(VIRTIO_CONSOLE_F_MULTIPORT) | PORTS_BIT(VIRTIO_CONSOLE_F_SIZE));
	assert_true(ports.identity.features & PORTS_BIT(VIRTIO_CONSOLE_F_SIZE));
	assert_int_equal(config_now().cols, 80);
	assert_int_equal(config_now().rows, 24);
	listen_for_messages(10);
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	resize(large);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 3);
	say(0, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 6);
	assert_told_size(5, large);
	resize(large);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 6);
	resize(small);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 7);
	assert_told_size(6, small);
	say(1, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 9);
}

/* Of several that come before the driver has a buffer the last one counts. */
static void a_size_waits_for_a_buffer(void **state)
{
	(void)state;
	start_with_size(PORTS_BIT(VIRTIO_CONSOLE_F_MULTIPORT) | PORTS_BIT(VIRTIO_CONSOLE_F_SIZE));
	listen_for_messages(6);
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	say(0, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 6);
	resize(large);
	resize(small);
	resize(large);
	listen_for_messages(3);
	ports_serve();
	assert_int_equal(ports_used(TO_DRIVER)->idx, 7);
	assert_told_size(6, large);
}

static void a_driver_that_takes_no_size_is_not_told(void **state)
{
	(void)state;
	start_with_size(PORTS_BIT(VIRTIO_CONSOLE_F_MULTIPORT));
	listen_for_messages(10);
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	say(0, VIRTIO_CONSOLE_PORT_READY, 1);
	resize(large);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 5);
}

/* 5.3.4: it reads the configuration, of whose changes it is told. */
static void a_driver_without_ports_reads_the_size(void **state)
{
	(void)state;
	start_with_size(PORTS_BIT(VIRTIO_CONSOLE_F_SIZE));
	ports.shared.interrupt = 0;
	resize(large);
	assert_int_equal(config_now().cols, 200);
	assert_int_equal(config_now().rows, 50);
	assert_int_equal(config_now().max_nr_ports, VIRTIO_CONSOLE_PORTS);
	assert_int_equal(ports.shared.interrupt, VIRTIO_INTERRUPT_CONFIG);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 0);
}

static void a_size_that_was_not_known_stays_so(void **state)
{
	(void)state;
	listen_for_messages(10);
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	say(0, VIRTIO_CONSOLE_PORT_READY, 1);
	ports.shared.interrupt = 0;
	resize(large);
	assert_int_equal(ports_used(TO_DRIVER)->idx, 5);
	assert_int_equal(ports.shared.interrupt, 0);
}

static void assert_breaks(void)
{
	ports_serve();
	assert_true(ports.server.broken);
	assert_int_equal(ports.shared.needs_reset, 1);
	ports_serve();
}

static void a_message_that_is_too_short_breaks(void **state)
{
	(void)state;
	ports_offer(FROM_DRIVER, 0, sizeof(struct virtio_console_control) - 1, 0);
	assert_breaks();
}

static void a_buffer_that_goes_the_wrong_way_breaks(void **state)
{
	static const struct {
		unsigned queue;
		uint16_t flags;
	} wrong[] = {{FROM_DRIVER, WRITE}, {TO_DRIVER, 0}, {5, WRITE}, {4, 0}};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		rings_free();
		ports_setup(state);
		if (wrong[i].queue == 4)
			open_port(1);
		ports.coming[1] = "x";
		ports_offer(wrong[i].queue, 0, 64, wrong[i].flags);
		if (wrong[i].queue == TO_DRIVER)
			say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
		assert_breaks();
		ports.shared.run = 0;
		ports_serve();
	}
}

#define CONSOLE_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, ports_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(a_device_says_what_it_is),
		CONSOLE_TEST(ports_are_announced),
		CONSOLE_TEST(messages_wait_for_buffers),
		CONSOLE_TEST(a_port_that_is_not_there_is_not_described),
		CONSOLE_TEST(what_is_sent_arrives),
		CONSOLE_TEST(a_port_waits_for_room),
		CONSOLE_TEST(what_comes_waits_until_the_port_is_open),
		CONSOLE_TEST(the_end_of_what_comes_is_told),
		CONSOLE_TEST(a_driver_without_ports_has_the_first),
		CONSOLE_TEST(a_reset_sends_what_was_there),
		CONSOLE_TEST(a_size_is_told_when_the_driver_knows_the_port),
		CONSOLE_TEST(a_size_waits_for_a_buffer),
		CONSOLE_TEST(a_driver_that_takes_no_size_is_not_told),
		CONSOLE_TEST(a_driver_without_ports_reads_the_size),
		CONSOLE_TEST(a_size_that_was_not_known_stays_so),
		CONSOLE_TEST(a_message_that_is_too_short_breaks),
		CONSOLE_TEST(a_buffer_that_goes_the_wrong_way_breaks),
	};

	return RUN_TAP(tests);
}
