/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_console_test.c - a virtio console device with ports (Virtual I/O Device (VIRTIO) Version
 * 1.2, section 5.3), by the layouts and numbers of Linux's header.
 *
 * Invariant: the medium records what each port sends, so that each byte is accounted for.
 */
#include "virtio_rings.h"

#include <string.h>

#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>

#include <wedge/dev/virtio_console.h>

#define BIT(n) (UINT64_C(1) << (n))

enum { NEXT = VRING_DESC_F_NEXT, WRITE = VRING_DESC_F_WRITE, SIZE = 16 };
enum { TO_DRIVER = 2, FROM_DRIVER = 3, QUEUES = 10, RECORD = 4096 };

/* Of each queue: its ring, and buffers of 256 bytes for each of its descriptors. */
enum { RING = 0x200000, RING_STEP = 0x10000, AVAILABLE = 0x1000, USED = 0x2000, BUFFER = 0x4000 };

static struct virtio_shared shared;
static struct virtio_server server;
static struct virtio_console console;
static struct virtio_identity identity;

/* What ports have sent, and what comes for them. */
static char sent[VIRTIO_CONSOLE_PORTS][RECORD];
static uint64_t sent_bytes[VIRTIO_CONSOLE_PORTS], room;
static const char *coming[VIRTIO_CONSOLE_PORTS];
static bool ends;

uint64_t dev_host_port_write(unsigned port, const struct virtio_segment *from, unsigned count)
{
	uint64_t done = 0;

	assert_in_range(port, 0, VIRTIO_CONSOLE_PORTS - 1);
	assert_true(console.port[port].there);
	for (unsigned i = 0; i < count && room; i++) {
		uint64_t part = from[i].length < room ? from[i].length : room;

		assert_true(sent_bytes[port] + part <= RECORD);
		memcpy(sent[port] + sent_bytes[port], from[i].bytes, part);
		sent_bytes[port] += part;
		room -= part;
		done += part;
	}
	return done;
}

int64_t dev_host_port_read(unsigned port, const struct virtio_segment *to, unsigned count)
{
	size_t length = coming[port] ? strlen(coming[port]) : 0;

	assert_true(count > 0);
	if (!length)
		return ends ? -1 : 0;
	length = length < to[0].length ? length : to[0].length;
	memcpy(to[0].bytes, coming[port], length);
	coming[port] += length;
	return (int64_t)length;
}

static uint64_t ring_of(unsigned queue)
{
	return RING + (uint64_t)queue * RING_STEP;
}

static struct vring_used *used(unsigned queue)
{
	return rings_at(ring_of(queue) + USED);
}

static char *buffer(unsigned queue, uint16_t index)
{
	return rings_at(ring_of(queue) + BUFFER + index * UINT64_C(256));
}

static void offer(unsigned queue, uint16_t index, uint32_t length, uint16_t flags)
{
	struct vring_avail *available = rings_at(ring_of(queue) + AVAILABLE);

	rings_describe_in(ring_of(queue), index, ring_of(queue) + BUFFER + index * UINT64_C(256),
			  length, flags, index + 1);
	available->ring[available->idx % SIZE] = index;
	available->idx++;
}

static void serve(void)
{
	if (virtio_server_follow(&server))
		virtio_console_serve(&console, &server);
}

static void start(uint64_t features)
{
	shared = (struct virtio_shared){.run = 1, .features = features};
	for (unsigned i = 0; i < QUEUES; i++) {
		memset(rings_at(ring_of(i)), 0, RING_STEP);
		shared.queue[i] = (struct virtio_ring){.descriptors = ring_of(i),
						       .driver = ring_of(i) + AVAILABLE,
						       .device = ring_of(i) + USED,
						       .size = SIZE,
						       .enabled = 1};
	}
	serve();
}

/* A terminal, a port with a name, one that is not there, and one more. */
static int console_setup(void **state)
{
	(void)state;
	rings_new(SIZE);
	memset(sent_bytes, 0, sizeof(sent_bytes));
	memset(coming, 0, sizeof(coming));
	room = UINT64_MAX;
	ends = false;
	console = (struct virtio_console){
		.port = {{.there = true, .terminal = true},
			 {.there = true, .name = "a.name"},
			 {.there = false},
			 {.there = true}},
	};
	virtio_console_identity(&identity);
	virtio_server_init(&server, 0, &identity, &shared);
	start(VIRTIO_FEATURE_VERSION_1 | BIT(VIRTIO_CONSOLE_F_MULTIPORT));
	return 0;
}

/* The driver says something. */
static void say(uint32_t port, uint16_t event, uint16_t value)
{
	const struct virtio_console_control m = {port, event, value};
	uint16_t before = used(FROM_DRIVER)->idx;

	memcpy(buffer(FROM_DRIVER, 0), &m, sizeof(m));
	offer(FROM_DRIVER, 0, sizeof(m), 0);
	serve();
	assert_int_equal((uint16_t)(used(FROM_DRIVER)->idx - before), 1);
}

/* The device's next message, number `number` since the start, is this one. */
static void assert_told(uint16_t number, uint32_t port, uint16_t event, uint16_t value,
			const char *text)
{
	const struct vring_used_elem *e = &used(TO_DRIVER)->ring[number % SIZE];
	struct virtio_console_control m;

	assert_true(number < used(TO_DRIVER)->idx);
	memcpy(&m, buffer(TO_DRIVER, (uint16_t)e->id), sizeof(m));
	assert_int_equal(m.id, port);
	assert_int_equal(m.event, event);
	assert_int_equal(m.value, value);
	assert_int_equal(e->len, sizeof(m) + strlen(text));
	assert_memory_equal(buffer(TO_DRIVER, (uint16_t)e->id) + sizeof(m), text, strlen(text));
}

static void listen_for_messages(uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		offer(TO_DRIVER, i, 256, WRITE);
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
	const struct virtio_console_config *config = (const void *)identity.config;

	(void)state;
	assert_int_equal(identity.type, VIRTIO_ID_CONSOLE);
	assert_int_equal(identity.pci_device, 0x1003);
	assert_int_equal(identity.queues, 2 * VIRTIO_CONSOLE_PORTS + 2);
	assert_int_equal(identity.config_bytes, sizeof(*config));
	assert_int_equal(config->max_nr_ports, VIRTIO_CONSOLE_PORTS);
	assert_true(identity.features & BIT(VIRTIO_CONSOLE_F_MULTIPORT));
	assert_false(identity.features & BIT(VIRTIO_CONSOLE_F_SIZE));
	assert_false(identity.features & BIT(VIRTIO_CONSOLE_F_EMERG_WRITE));
}

/* 5.3.6.2: ports are added when the driver is ready, and described when it is ready for each. */
static void ports_are_announced(void **state)
{
	(void)state;
	listen_for_messages(10);
	serve();
	assert_int_equal(used(TO_DRIVER)->idx, 0);
	say(VIRTIO_CONSOLE_BAD_ID, VIRTIO_CONSOLE_DEVICE_READY, 1);
	assert_told(0, 0, VIRTIO_CONSOLE_PORT_ADD, 1, "");
	assert_told(1, 1, VIRTIO_CONSOLE_PORT_ADD, 1, "");
	assert_told(2, 3, VIRTIO_CONSOLE_PORT_ADD, 1, "");
	assert_int_equal(used(TO_DRIVER)->idx, 3);
	say(0, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_told(3, 0, VIRTIO_CONSOLE_CONSOLE_PORT, 1, "");
	assert_told(4, 0, VIRTIO_CONSOLE_PORT_OPEN, 1, "");
	say(1, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_told(5, 1, VIRTIO_CONSOLE_PORT_OPEN, 1, "");
	assert_told(6, 1, VIRTIO_CONSOLE_PORT_NAME, 1, "a.name");
	say(3, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_told(7, 3, VIRTIO_CONSOLE_PORT_OPEN, 1, "");
	assert_int_equal(used(TO_DRIVER)->idx, 8);
	assert_int_equal(shared.interrupt, VIRTIO_INTERRUPT_QUEUE);
}

static void messages_wait_for_buffers(void **state)
{
	(void)state;
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	for (unsigned i = 0; i < 5; i++)
		say(0, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_int_equal(used(TO_DRIVER)->idx, 0);
	listen_for_messages(10);
	serve();
	assert_told(0, 0, VIRTIO_CONSOLE_PORT_ADD, 1, "");
	assert_told(1, 0, VIRTIO_CONSOLE_CONSOLE_PORT, 1, "");
	assert_told(2, 0, VIRTIO_CONSOLE_PORT_OPEN, 1, "");
	assert_int_equal(used(TO_DRIVER)->idx, 5);
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
	assert_int_equal(used(TO_DRIVER)->idx, 0);
	assert_false(server.broken);
}

static void what_is_sent_arrives(void **state)
{
	(void)state;
	memcpy(buffer(9, 0), "to port three", 13);
	memcpy(buffer(1, 0), "one", 3);
	memcpy(buffer(1, 1), "two", 3);
	offer(9, 0, 13, 0);
	offer(1, 0, 3, NEXT); /* behind it is descriptor 1 */
	rings_describe_in(ring_of(1), 1, ring_of(1) + BUFFER + 256, 3, 0, 0);
	serve();
	assert_int_equal(sent_bytes[3], 13);
	assert_memory_equal(sent[3], "to port three", 13);
	assert_int_equal(sent_bytes[0], 6);
	assert_memory_equal(sent[0], "onetwo", 6);
	assert_int_equal(used(9)->idx, 1);
	assert_int_equal(used(9)->ring[0].len, 0);
}

/* A slow reader stops the port alone, and gets each byte once. */
static void a_port_waits_for_room(void **state)
{
	(void)state;
	memcpy(buffer(5, 0), "abcdef", 6);
	memcpy(buffer(5, 1), "ghi", 3);
	offer(5, 0, 6, 0);
	offer(5, 1, 3, 0);
	room = 2;
	serve();
	assert_true(console.port[1].waits);
	assert_int_equal(used(5)->idx, 0);
	room = 5;
	serve();
	assert_int_equal(used(5)->idx, 1);
	assert_true(console.port[1].waits);
	room = 100;
	serve();
	assert_false(console.port[1].waits);
	assert_int_equal(used(5)->idx, 2);
	assert_int_equal(sent_bytes[1], 9);
	assert_memory_equal(sent[1], "abcdefghi", 9);
}

/* Linux throws away what comes for a port that no program has open. */
static void what_comes_waits_until_the_port_is_open(void **state)
{
	(void)state;
	coming[1] = "hello";
	offer(4, 0, 256, WRITE);
	serve();
	assert_false(virtio_port_listens(&console.port[1]));
	assert_int_equal(used(4)->idx, 0);
	open_port(1);
	assert_int_equal(used(4)->idx, 1);
	assert_int_equal(used(4)->ring[0].len, 5);
	assert_memory_equal(buffer(4, 0), "hello", 5);
	/* No buffer is left: nothing is asked of the medium until there is one. */
	coming[1] = "more";
	assert_false(virtio_port_listens(&console.port[1]));
	offer(4, 1, 3, WRITE);
	offer(4, 2, 256, WRITE);
	serve();
	assert_int_equal(used(4)->idx, 3);
	assert_int_equal(used(4)->ring[1].len, 3);
	assert_int_equal(used(4)->ring[2].len, 1);
	offer(4, 3, 256, WRITE);
	serve();
	assert_true(virtio_port_listens(&console.port[1]));
	assert_int_equal(used(4)->idx, 3);
	say(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	assert_false(virtio_port_listens(&console.port[1]));
}

static void the_end_of_what_comes_is_told(void **state)
{
	(void)state;
	open_port(1);
	offer(4, 0, 256, WRITE);
	coming[1] = "last";
	ends = true;
	serve();
	assert_int_equal(used(4)->ring[0].len, 4);
	offer(4, 1, 256, WRITE);
	serve();
	assert_int_equal(used(4)->idx, 1);
	assert_told(used(TO_DRIVER)->idx - 1, 1, VIRTIO_CONSOLE_PORT_OPEN, 0, "");
	assert_false(virtio_port_listens(&console.port[1]));
}

/* 5.3.5: a driver without ports has queues 0 and 1. */
static void a_driver_without_ports_has_the_first(void **state)
{
	(void)state;
	shared.run = 0;
	assert_false(virtio_server_follow(&server));
	virtio_console_forget(&console);
	start(VIRTIO_FEATURE_VERSION_1);
	memcpy(buffer(1, 0), "text", 4);
	offer(1, 0, 4, 0);
	offer(0, 0, 256, WRITE);
	listen_for_messages(4);
	coming[0] = "keys";
	serve();
	assert_int_equal(sent_bytes[0], 4);
	assert_int_equal(used(0)->ring[0].len, 4);
	assert_int_equal(used(TO_DRIVER)->idx, 0);
}

static void a_reset_sends_what_was_there(void **state)
{
	(void)state;
	memcpy(buffer(5, 0), "abcdef", 6);
	offer(5, 0, 6, 0);
	shared.run = 0;
	room = 4;
	assert_false(virtio_console_flush(&console, &server));
	room = 4;
	assert_true(virtio_console_flush(&console, &server));
	assert_memory_equal(sent[1], "abcdef", 6);
	virtio_console_forget(&console);
	assert_false(virtio_server_follow(&server));
	serve();
	assert_int_equal(sent_bytes[1], 6);
}

static void assert_breaks(void)
{
	serve();
	assert_true(server.broken);
	assert_int_equal(shared.needs_reset, 1);
	serve();
}

static void a_message_that_is_too_short_breaks(void **state)
{
	(void)state;
	offer(FROM_DRIVER, 0, sizeof(struct virtio_console_control) - 1, 0);
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
		console_setup(state);
		if (wrong[i].queue == 4)
			open_port(1);
		coming[1] = "x";
		offer(wrong[i].queue, 0, 64, wrong[i].flags);
		if (wrong[i].queue == TO_DRIVER)
			say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
		assert_breaks();
		shared.run = 0;
		serve();
	}
}

#define CONSOLE_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, console_setup, rings_teardown)

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
		CONSOLE_TEST(a_message_that_is_too_short_breaks),
		CONSOLE_TEST(a_buffer_that_goes_the_wrong_way_breaks),
	};

	return RUN_TAP(tests);
}
