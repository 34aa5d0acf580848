/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_console_fuzz_test.c - a guest whose driver of a virtio console device is hostile: rings,
 * tables and messages that are nearly right, memory that changes while it is read, and shared words
 * that the guest's kernel has overwritten, while a medium brings bytes and sometimes has no room.
 * Bounded and repeatable, but for the thread that changes memory; the sanitizers of the build are
 * the judge of memory and arithmetic.
 *
 * Invariant: whatever the guest does, the hole in its memory stays as it is, no queue gives back
 * more than it was given, and the work for what is in a ring is bounded.
 */
#include "virtio_hostile.h"
#include "virtio_ports.h"

#include <string.h>

enum { RUNS = 60000, CHANGING_BYTES = 200000, CHANGES = 1000 };

/* For each chain: parts of the ring, its tables and segments; for each round of the queue: parts.
 */
enum { LOOKUPS_MAX = PORTS_QUEUES * (PORTS_SIZE + 2) * (VIRTIO_QUEUE_SIZE_MAX + 8) };

#define MULTIPORT     PORTS_BIT(VIRTIO_CONSOLE_F_MULTIPORT)
#define TERMINAL_SIZE PORTS_BIT(VIRTIO_CONSOLE_F_SIZE)

/* Bits of features that a driver may leave out. */
static const uint64_t optional[] = {
	MULTIPORT,
	TERMINAL_SIZE,
	VIRTIO_FEATURE_VERSION_1,
	VIRTIO_FEATURE_INDIRECT,
	VIRTIO_FEATURE_EVENT_INDEX,
};

static uint64_t received, told,
	waited; /* chains that were filled; serves that left a port waiting */

static bool driver_fills(unsigned queue)
{
	return queue % 2 != 0;
}

/* ---- what a hostile driver writes ---- */

static uint64_t some_address(uint64_t r, unsigned queue, uint16_t index)
{
	if (!(r & 127))
		return hostile_end(r >> 7);
	return r & 0x380 ? ports_buffer_address(queue, index) : RINGS_DATA + (r >> 8 & 0xffff);
}

static uint32_t some_length(uint64_t r)
{
	static const uint32_t lengths[] = {1, 0, 7, 9, 65536, 4096, 257, UINT32_MAX};

	return r & 31 ? (uint32_t)(r & 32 ? 8 : PORTS_BUFFER) : lengths[r >> 6 & 7];
}

static uint16_t some_flags(uint64_t r, bool write)
{
	if (!(r & 0x7f))
		write = !write;
	return (uint16_t)((r & 0x180 ? 0 : VRING_DESC_F_NEXT) | (write ? VRING_DESC_F_WRITE : 0) |
			  (r & 0x3e00 ? 0 : VRING_DESC_F_INDIRECT));
}

static void write_table(uint64_t *seed, uint64_t table, unsigned queue)
{
	for (uint16_t i = 0; i < PORTS_SIZE; i++) {
		uint64_t r = next_random(seed);
		uint16_t next = r >> 60 ? (uint16_t)(i + 1) : (uint16_t)(r >> 44 & 31);

		rings_describe_in(table, i, some_address(r, queue, i), some_length(r >> 22),
				  some_flags(r >> 32, !driver_fills(queue)), next);
	}
}

/* Messages of all kinds, most of them of a port that may be there. */
static void write_messages(uint64_t *seed)
{
	for (uint16_t i = 0; i < PORTS_SIZE; i++) {
		uint64_t r = next_random(seed);
		const struct virtio_console_control m = {
			.id = r & 15 ? r >> 4 & 3 : (uint32_t)(r >> 8),
			.event = (uint16_t)(r >> 40 & 1 ? VIRTIO_CONSOLE_PORT_OPEN : r >> 41 & 7),
			.value = (uint16_t)(r >> 45 & 3),
		};

		memcpy(ports_buffer(PORTS_FROM_DRIVER, i), &m, sizeof(m));
	}
}

static void offer_some(uint64_t *seed, unsigned queue)
{
	struct vring_avail *available = ports_available(queue);
	uint64_t r = next_random(seed);

	for (unsigned i = r & 7; i; i--)
		ports_offer_chain(queue, r >> 7 * i & 0x7c ? r >> 7 * i & 15 : r >> 7 * i & 31);
	if (!(r >> 53))
		available->idx += (uint16_t)(r >> 24);
	*ports_used_event(queue) = (uint16_t)(ports_used(queue)->idx + (r >> 40 & 3));
	available->flags = (uint16_t)(r >> 50 & 1);
}

/* Some of the queues. */
static void write_some(uint64_t *seed)
{
	uint64_t r = next_random(seed);

	for (unsigned i = 0; i < PORTS_QUEUES; i++) {
		if (r >> 4 * i & 12)
			continue;
		write_table(seed, ports_ring(i), i);
		offer_some(seed, i);
	}
	write_table(seed, RINGS_TABLE, (unsigned)(r >> 62));
	write_messages(seed);
}

/* ---- what the medium and the server's thread do ---- */

static void stop(void *model)
{
	(void)model;
	virtio_console_flush(&ports.console, &ports.server);
	virtio_console_forget(&ports.console);
}

static void new_machine(void)
{
	void *none = NULL;

	ports_setup(&none);
	ports_know_size((struct virtio_console_size){.columns = 80, .rows = 24});
	ports.server.stop = stop;
	rings_fill_hole();
	received = told = waited = 0;
}

static void serve(uint64_t *seed)
{
	uint64_t r = next_random(seed);

	ports.room = r & 3 ? UINT64_MAX : r >> 2 & 1023;
	ports.ends = !(r >> 12 & 63);
	for (unsigned i = 0; i < VIRTIO_CONSOLE_PORTS; i++)
		ports.coming[i] = r >> (20 + i) & 1 ? "what comes for the guest" : NULL;
	if (virtio_server_follow(&ports.server) && !(r >> 30 & 7))
		virtio_console_resize(&ports.console, &ports.server,
				      (struct virtio_console_size){r >> 33 & 1 ? 80 : 100, 24});
	ports_serve();
	for (unsigned i = 0; i < VIRTIO_CONSOLE_PORTS; i++)
		waited += ports.console.port[i].waits;
}

/* Whether a port's chain is taken from a queue for longer than it is served. */
static bool holds_a_chain(unsigned queue)
{
	unsigned port = queue < 2 ? 0 : queue / 2 - 1;

	return driver_fills(queue) && queue != PORTS_FROM_DRIVER && ports.console.port[port].waits;
}

/* The counts are the device's own: the driver's buffers may lie in its rings. */
static void serve_and_check(uint64_t *seed)
{
	uint16_t before[PORTS_QUEUES];

	for (unsigned i = 0; i < PORTS_QUEUES; i++)
		before[i] = ports.server.queue[i].given;
	rings.lookups = 0;
	serve(seed);
	assert_in_range(rings.lookups, 0, LOOKUPS_MAX);
	assert_int_equal(ports.shared.needs_reset, ports.server.broken);
	for (unsigned i = 0; i < PORTS_QUEUES; i++) {
		const struct virtio_queue *q = &ports.server.queue[i];
		uint16_t given = (uint16_t)(q->given - before[i]);

		assert_in_range(given, 0, PORTS_SIZE + 1);
		if (!ports.server.broken)
			assert_int_equal((uint16_t)(q->taken - q->given), holds_a_chain(i));
		if (i == PORTS_TO_DRIVER)
			told += given;
		else if (!driver_fills(i))
			received += given;
	}
}

static void say(uint16_t index, uint32_t port, uint16_t event)
{
	const struct virtio_console_control m = {port, event, 1};

	memcpy(ports_buffer(PORTS_FROM_DRIVER, index), &m, sizeof(m));
	ports_offer(PORTS_FROM_DRIVER, index, sizeof(m), 0);
}

/* What an honest driver does before the hostile one. */
static void open_ports(void)
{
	for (uint16_t i = 0; i < PORTS_SIZE; i++)
		ports_offer(PORTS_TO_DRIVER, i, PORTS_BUFFER, VRING_DESC_F_WRITE);
	say(0, 0, VIRTIO_CONSOLE_DEVICE_READY);
	for (uint16_t i = 0; i < VIRTIO_CONSOLE_PORTS; i++) {
		say(2 * i + 1, i, VIRTIO_CONSOLE_PORT_READY);
		say(2 * i + 2, i, VIRTIO_CONSOLE_PORT_OPEN);
	}
}

static void start_anew(uint64_t *seed)
{
	uint64_t r = next_random(seed), features = 0;

	for (unsigned i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		features |= r >> 3 * i & 7 ? optional[i] : 0;
	ports.shared.run = 0;
	assert_false(virtio_server_follow(&ports.server));
	assert_int_equal(ports.shared.serving, 0);
	for (unsigned i = 0; i < VIRTIO_CONSOLE_PORTS; i++)
		ports.console.port[i].over = false;
	ports_start(features);
	if (r >> 62)
		open_ports();
}

/* ---- rings ---- */

static uint64_t sent(void)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < VIRTIO_CONSOLE_PORTS; i++)
		bytes += ports.sent_bytes[i];
	return bytes;
}

static void hostile_rings(void **state)
{
	uint64_t seed = 0x9e3779b97f4a7c15;

	(void)state;
	new_machine();
	start_anew(&seed);
	for (unsigned i = 0; i < RUNS; i++) {
		if (ports.server.broken || !(next_random(&seed) & 63))
			start_anew(&seed);
		write_some(&seed);
		serve_and_check(&seed);
	}
	rings_check_hole();
	/* If nearly nothing came through, the rings were too bad to try anything. */
	assert_in_range(sent(), UINT64_C(64) * RUNS, UINT64_MAX);
	assert_in_range(received, RUNS / 8, UINT64_MAX);
	assert_in_range(told, RUNS / 8, UINT64_MAX);
	assert_in_range(waited, RUNS / 64, UINT64_MAX);
	assert_int_equal(ports.sent_bytes[PORTS_ABSENT], 0);
}

/* The guest's kernel shares the wedge's memory: the shared words may be anything. */
static void hostile_shared_words(void **state)
{
	static const uint32_t values[] = {
		0, 1, PORTS_SIZE, PORTS_SIZE | 1 << 16, 256, 0x200000, RINGS_HOLE, UINT32_MAX,
	};
	uint64_t seed = 0x2545f4914f6cdd1d;

	(void)state;
	new_machine();
	for (unsigned i = 0; i < RUNS; i++) {
		uint64_t r = next_random(&seed);

		if (r & 0x300)
			start_anew(&seed);
		hostile_word(&ports.shared, sizeof(ports.shared), values, r);
		write_some(&seed);
		serve(&seed);
	}
	rings_check_hole();
	assert_int_not_equal(sent(), 0);
}

/* ---- memory that changes ---- */

/* Goes on until enough bytes were sent, and their memory has changed often enough. */
static void memory_that_changes(void **state)
{
	uint64_t seed = 0xda3e39cb94b95bdb;

	(void)state;
	new_machine();
	start_anew(&seed);
	hostile_thread_start(write_some);
	while (!hostile_thread_wrote(CHANGES) || sent() < CHANGING_BYTES) {
		if (ports.server.broken)
			start_anew(&seed);
		ports_offer(1, 0, PORTS_BUFFER, 0);
		ports_offer(0, 0, PORTS_BUFFER, VRING_DESC_F_WRITE);
		serve(&seed);
	}
	hostile_thread_stop();
	rings_check_hole();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FUZZ_TEST(hostile_rings),
		FUZZ_TEST(hostile_shared_words),
		FUZZ_TEST(memory_that_changes),
	};

	return RUN_TAP(tests);
}
