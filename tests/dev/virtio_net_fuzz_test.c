/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_net_fuzz_test.c - a guest whose driver of a virtio network device is hostile: rings,
 * tables and headers that are nearly right, memory that changes while it is read, and shared words
 * that the guest's kernel has overwritten, while a medium brings frames and sometimes has no room.
 * Bounded and repeatable, but for the thread that changes memory; the sanitizers of the build are
 * the judge of memory and arithmetic, and the medium that of frames (virtio_nic.c).
 *
 * Invariant: whatever the guest does, the hole in its memory stays as it is, no queue gives back
 * more than it was given, and the work for what is in a ring is bounded.
 */
#include "virtio_hostile.h"
#include "virtio_nic.h"

#include <string.h>

enum { RUNS = 100000, CHANGING_FRAMES = 3000, CHANGES = 1000, SIZE = 16, QUEUES = 2 };

/* For each chain: parts of the ring, its tables and segments; for each round of the queue: parts.
 */
enum { LOOKUPS_MAX = (SIZE + 2) * (VIRTIO_QUEUE_SIZE_MAX + 8) };

#define EVENT_INDEX NIC_BIT(VIRTIO_RING_F_EVENT_IDX)

/* Bits of features that a driver may leave out. */
static const uint64_t optional[] = {
	NIC_BIT(VIRTIO_NET_F_CSUM),	 NIC_BIT(VIRTIO_NET_F_GUEST_CSUM),
	NIC_BIT(VIRTIO_NET_F_HOST_TSO4), NIC_BIT(VIRTIO_NET_F_GUEST_TSO4),
	NIC_BIT(VIRTIO_NET_F_MRG_RXBUF), VIRTIO_FEATURE_VERSION_1,
	VIRTIO_FEATURE_INDIRECT,	 EVENT_INDEX,
};

static uint64_t sent, received, kept; /* frames that came through, and those that had to wait */

static void new_machine(void)
{
	nic_new(SIZE, NIC_MEDIUM);
	rings_fill_hole();
	sent = received = kept = 0;
}

/* ---- what a hostile driver writes ---- */

/* Descriptors whose number is a multiple of three are of a header's size, most of the time. */
static uint32_t some_length(uint64_t r, uint16_t index)
{
	static const uint32_t lengths[] = {1, 0, 13, 65535, 65549, 65550, 11, UINT32_MAX};
	static const uint32_t usual[] = {12, 60, 1500};

	return r & 15 ? usual[index % 3] : lengths[r >> 4 & 7];
}

static uint16_t some_flags(uint64_t r, uint16_t index, bool write)
{
	bool next = index % 3 != 2;

	if (!(r & 0x1e))
		next = !next;
	if (!(r & 0x1e0))
		write = !write;
	return (uint16_t)((next ? VRING_DESC_F_NEXT : 0) | (write ? VRING_DESC_F_WRITE : 0) |
			  (r & 0x3e00 ? 0 : VRING_DESC_F_INDIRECT));
}

static void write_table(uint64_t *seed, uint64_t table, bool write)
{
	for (uint16_t i = 0; i < SIZE; i++) {
		uint64_t r = next_random(seed);
		uint16_t next = r >> 60 ? (uint16_t)(i + 1) : (uint16_t)(r >> 44 & 31);

		rings_describe_in(table, i, hostile_address(!(r & 31), r >> 5, i),
				  some_length(r >> 22, i), some_flags(r >> 32, i, write), next);
	}
}

static void write_headers(uint64_t *seed)
{
	for (uint32_t at = 0; at < 0x1000; at += 16) {
		uint64_t r = next_random(seed);
		struct virtio_net_hdr_v1 h = {
			.flags = (uint8_t)(r & 16 ? r & 1 : r >> 40),
			.gso_type = (uint8_t)(r & 32 ? r >> 6 & 5 : r >> 48),
			.hdr_len = (uint16_t)(r >> 8),
			.gso_size = (uint16_t)(r & 0x300000 ? 1448 : 0),
			.csum_start = (uint16_t)(r & 0xc00000 ? 34 : r >> 24),
			.csum_offset = (uint16_t)(r & 0x3000000 ? 16 : r >> 30),
		};

		memcpy(rings_at(HOSTILE_HEADERS + at), &h, sizeof(h));
	}
}

static void offer_some(uint64_t *seed, unsigned queue)
{
	struct vring_avail *available = nic_available(queue);
	uint64_t r = next_random(seed);
	unsigned count = r & 7;

	for (unsigned i = 0; i < count; i++)
		nic_offer(queue, r >> 8 * i & 0xf0 ? (r >> 8 * i & 7) % 5 * 3 : r >> 8 * i & 31);
	if (!(r >> 52))
		available->idx += (uint16_t)(r >> 24);
	*nic_used_event(queue) = (uint16_t)(nic_used(queue)->idx + (r >> 40 & 3));
	available->flags = (uint16_t)(r >> 50 & 1);
}

static void write_all(uint64_t *seed)
{
	write_table(seed, nic_descriptors(NIC_RECEIVE), true);
	write_table(seed, nic_descriptors(NIC_TRANSMIT), false);
	write_table(seed, RINGS_TABLE, next_random(seed) & 1);
	write_headers(seed);
	offer_some(seed, NIC_RECEIVE);
	offer_some(seed, NIC_TRANSMIT);
}

/* ---- what the medium does ---- */

/* A frame in one to a few parts, of any header. */
static bool bring(uint64_t *seed)
{
	static uint8_t bytes[VIRTIO_NET_FRAME_MAX];
	static const uint32_t lengths[] = {60, 1514, 14, 3000, 9000, 60, 100, sizeof(bytes)};
	uint64_t r = next_random(seed);
	uint32_t length = lengths[r & 7], first = length / 2;
	const struct virtio_segment part[] = {{bytes, first}, {bytes + first, length - first}};
	struct virtio_net_header h = {
		.flags = r >> 8 & 3,
		.gso_type = r & 0xc00 ? VIRTIO_NET_GSO_NONE : VIRTIO_NET_GSO_TCPV4,
		.gso_size = 1448,
	};

	return virtio_net_receive(&nic.net, &nic.server, &h, part, 2);
}

/* The same as the threads of a program do: sends, brings frames, and forgets at a reset. */
static void serve(uint64_t *seed)
{
	if (!virtio_server_follow(&nic.server)) {
		virtio_net_forget(&nic.net);
		return;
	}
	nic.room = next_random(seed) & 3 ? NIC_ROOM : next_random(seed) & 3;
	virtio_net_serve(&nic.net, &nic.server);
	for (unsigned i = next_random(seed) & 3; i; i--)
		kept += !bring(seed);
}

/* ---- rings ---- */

/*
 * The counts are the device's own: the driver's buffers may lie in its rings. A frame that waits
 * for room is no more in its ring, so one more than that has may be given back.
 */
static void serve_and_check(uint64_t *seed)
{
	const struct virtio_queue *receive = &nic.server.queue[NIC_RECEIVE];
	const struct virtio_queue *transmit = &nic.server.queue[NIC_TRANSMIT];
	uint16_t given_before = receive->given, sent_before = transmit->given;
	unsigned frames = nic.sent;

	rings.lookups = 0;
	serve(seed);
	assert_in_range(rings.lookups, 0, 4 * LOOKUPS_MAX); /* for sending and three frames */
	assert_int_equal(nic.shared.needs_reset, nic.server.broken);
	assert_in_range(nic.sent - frames, 0, SIZE + 1);
	assert_in_range((uint16_t)(transmit->given - sent_before), nic.sent - frames, SIZE + 1);
	assert_int_equal((uint16_t)(transmit->taken - transmit->given), nic.net.waits);
	assert_in_range((uint16_t)(receive->given - given_before), 0, SIZE);
	if (!nic.server.broken)
		assert_int_equal(receive->taken, receive->given);
	sent += nic.sent - frames;
	received += (uint16_t)(receive->given - given_before);
}

static void start_anew(uint64_t *seed)
{
	uint64_t r = next_random(seed), but = 0;

	for (unsigned i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		but |= r >> 3 * i & 7 ? 0 : optional[i];
	nic_reset();
	assert_int_equal(nic.shared.serving, 0);
	nic_start(but);
}

static void hostile_rings(void **state)
{
	uint64_t seed = 0x9e3779b97f4a7c15;

	(void)state;
	new_machine();
	start_anew(&seed);
	for (unsigned i = 0; i < RUNS; i++) {
		if (nic.server.broken || !(next_random(&seed) & 63))
			start_anew(&seed);
		write_all(&seed);
		serve_and_check(&seed);
	}
	rings_check_hole();
	/* If nearly nothing came through, the rings were too bad to try anything. */
	assert_in_range(sent, RUNS / 8, UINT64_MAX);
	assert_in_range(received, RUNS / 8, UINT64_MAX);
	assert_in_range(kept, RUNS / 64, UINT64_MAX);
	assert_in_range(nic.refused, RUNS / 64, UINT32_MAX);
}

/* The guest's kernel shares the wedge's memory: the shared words may be anything. */
static void hostile_shared_words(void **state)
{
	static const uint32_t values[] = {
		0, 1, SIZE, SIZE | 1 << 16, 256, RINGS_USED, RINGS_HOLE, UINT32_MAX,
	};
	uint64_t seed = 0x2545f4914f6cdd1d;

	(void)state;
	new_machine();
	for (unsigned i = 0; i < RUNS; i++) {
		uint64_t r = next_random(&seed);

		if (r & 0x300)
			start_anew(&seed);
		hostile_word(&nic.shared, sizeof(nic.shared), values, r);
		write_all(&seed);
		serve(&seed);
	}
	rings_check_hole();
	assert_int_not_equal(nic.sent, 0);
}

/* ---- memory that changes ---- */

/* A frame and a buffer that are right for as long as the other thread leaves them alone. */
static void offer_good(void)
{
	memset(rings_at(HOSTILE_HEADERS), 0, 16);
	nic_describe(NIC_TRANSMIT, 0, HOSTILE_HEADERS, 12, VRING_DESC_F_NEXT, 1);
	nic_describe(NIC_TRANSMIT, 1, HOSTILE_DATA, 60, 0, 0);
	nic_offer(NIC_TRANSMIT, 0);
	nic_describe(NIC_RECEIVE, 0, HOSTILE_DATA, 2000, VRING_DESC_F_WRITE, 0);
	nic_offer(NIC_RECEIVE, 0);
}

/* Goes on until enough frames were good, and their memory has changed often enough. */
static void memory_that_changes(void **state)
{
	uint64_t seed = 0xda3e39cb94b95bdb;

	(void)state;
	new_machine();
	start_anew(&seed);
	hostile_thread_start(write_all);
	while (!hostile_thread_wrote(CHANGES) || nic.sent < CHANGING_FRAMES) {
		if (nic.server.broken)
			start_anew(&seed);
		offer_good();
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
