/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_fuzz_test.c - a guest whose driver of a virtio block device is hostile: rings, tables and
 * requests that are nearly right, registers in any order, memory that changes while it is read, and
 * shared words that the guest's kernel has overwritten. Bounded and repeatable, but for the thread
 * that changes memory; the sanitizers of the build are the judge of memory and arithmetic.
 *
 * Invariant: whatever the guest does, the hole in its memory and a read-only medium stay as they
 * are, and the work for what is in a ring is bounded.
 */
#include "virtio_hostile.h"
#include "virtio_medium.h"

#include <string.h>

#include <linux/virtio_blk.h>
#include <linux/virtio_pci.h>

enum {
	RING_RUNS = 60000,
	REGISTER_RUNS = 300000,
	CHANGING_READS = 10000,
	CHANGES = 2000,
	SIZE = 16
};
enum { BAR_0 = 0xc000, BAR_1 = 0xc100 };

/* For each chain: parts of the ring, its tables and segments; for each round of the queue: parts.
 */
enum { LOOKUPS_MAX = (SIZE + 1) * (VIRTIO_QUEUE_SIZE_MAX + 8) };

static struct disk_machine machine;

#define shared (host.virtio_shared[0])

static void stop_server(void)
{
	assert_false(virtio_server_follow(&machine.server));
}

static void new_machine(bool read_only)
{
	disk_machine_new(&machine, SIZE, read_only);
	rings_fill_hole();
	host.stop_server = stop_server;
}

/* ---- what a hostile driver writes ---- */

static uint32_t some_length(uint64_t r, uint16_t index)
{
	static const uint32_t lengths[] = {1, 513, 1024, 17, 15, 0, 511, UINT32_MAX};
	static const uint32_t usual[] = {16, 512, 1};

	return r & 7 ? usual[index % 3] : lengths[r >> 3 & 7];
}

/* Mostly forward, so that many chains are right. */
static uint16_t some_next(uint64_t r, uint16_t index, uint16_t count)
{
	return r & 15 ? (uint16_t)(index + 1) : (uint16_t)(r >> 8) % (count + 1);
}

static uint16_t some_flags(uint64_t r, uint16_t index)
{
	bool next = index % 3 != 2, write = index % 3 == 2 || (index % 3 && r & 1);

	if (!(r & 0x0e))
		next = !next;
	if (!(r & 0x70))
		write = !write;
	return (next ? VRING_DESC_F_NEXT : 0) | (write ? VRING_DESC_F_WRITE : 0) |
	       (r & 0x780 ? 0 : VRING_DESC_F_INDIRECT);
}

static void write_table(uint64_t *seed, uint64_t table, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++) {
		uint64_t r = next_random(seed);

		rings_describe_in(table, i, hostile_address(!(r & 15), r >> 4, i),
				  some_length(r >> 25, i), some_flags(r >> 32, i),
				  some_next(r >> 44, i, count));
	}
}

static void write_requests(uint64_t *seed)
{
	static const uint32_t types[] = {VIRTIO_BLK_T_IN,      VIRTIO_BLK_T_OUT,
					 VIRTIO_BLK_T_FLUSH,   VIRTIO_BLK_T_GET_ID,
					 VIRTIO_BLK_T_DISCARD, VIRTIO_BLK_T_WRITE_ZEROES,
					 VIRTIO_BLK_T_IN,      77};

	for (uint32_t at = 0; at < 0x1000; at += 16) {
		uint64_t r = next_random(seed);
		struct virtio_blk_outhdr header = {
			.type = types[r & 7],
			.sector = r & 8 ? r >> 4 & 63 : r >> 4,
		};

		memcpy(rings_at(HOSTILE_HEADERS + at), &header, sizeof(header));
	}
}

static void offer_some(uint64_t *seed)
{
	uint64_t r = next_random(seed);
	unsigned count = r & 7;

	for (unsigned i = 0; i < count; i++)
		rings_offer(r >> 8 * i & 0xf0 ? (r >> 8 * i & 7) % 5 * 3 : r >> 8 * i & 31);
	if (!(r & 0xff000))
		rings.available->idx += (uint16_t)(r >> 24);
	*rings_used_event() = (uint16_t)(rings.used->idx + (r >> 40 & 3));
	rings.available->flags = (uint16_t)(r >> 50 & 1);
}

static void write_all(uint64_t *seed)
{
	write_table(seed, RINGS_DESCRIPTORS, SIZE);
	write_table(seed, RINGS_TABLE, SIZE);
	write_requests(seed);
	offer_some(seed);
}

/* ---- rings ---- */

static uint64_t answered;

static void serve_and_check(void)
{
	uint16_t before = rings.used->idx, offered = rings.available->idx;

	rings.lookups = 0;
	if (!virtio_server_follow(&machine.server))
		return;
	virtio_block_serve(&machine.block, &machine.server);
	assert_in_range(rings.lookups, 0, LOOKUPS_MAX);
	assert_in_range((uint16_t)(rings.used->idx - before), 0, SIZE);
	if (!machine.server.broken)
		assert_int_equal(rings.used->idx, offered);
	assert_int_equal(shared.needs_reset, machine.server.broken);
	answered += (uint16_t)(rings.used->idx - before);
}

static void start_anew(uint64_t r)
{
	shared.run = 0;
	virtio_server_follow(&machine.server);
	assert_int_equal(shared.serving, 0);
	rings.available->idx = 0;
	rings.used->idx = 0;
	shared.queue[0] = rings_setup();
	shared.features = machine.identity.features & ~(r << 9 & 0x200);
	if (r & 2)
		shared.features &= ~VIRTIO_FEATURE_EVENT_INDEX;
	shared.run = 1;
}

static void hostile_rings(void **state)
{
	uint64_t seed = 0x9e3779b97f4a7c15;

	(void)state;
	for (unsigned i = 0; i < RING_RUNS; i++) {
		if (i % (RING_RUNS / 2) == 0) {
			assert_true(i == 0 || (medium.writes && medium.discards && medium.zeroes));
			new_machine(i != 0);
			start_anew(0);
		}
		if (machine.server.broken || !(next_random(&seed) & 31))
			start_anew(next_random(&seed));
		write_all(&seed);
		medium.fails = !(next_random(&seed) & 15);
		serve_and_check();
		if (medium.read_only)
			assert_memory_equal(medium.bytes, medium.stable, MEDIUM_BYTES);
	}
	rings_check_hole();
	/* If nearly nothing was answered, the rings were too bad to try anything. */
	assert_in_range(answered, RING_RUNS / 4, UINT64_MAX);
	assert_true(medium.reads && medium.flushes);
}

/* ---- registers ---- */

static uint32_t some_value(uint64_t r)
{
	static const uint32_t values[] = {
		0,
		1,
		3,
		4,
		11,
		15,
		16,
		256,
		0x40,
		0x80,
		0xff,
		2,
		RINGS_DESCRIPTORS,
		RINGS_AVAILABLE,
		RINGS_USED,
		UINT32_MAX,
	};

	return r & 15 ? values[r >> 4 & 15] : (uint32_t)(r >> 8);
}

static void access_device(uint64_t r)
{
	static const unsigned widths[] = {1, 2, 4, 4};
	unsigned width = widths[r & 3];
	uint16_t port = (uint16_t)((r & 4 ? BAR_0 : BAR_1) + (r >> 8 & (r & 8 ? 0x3f : 0xff)));

	/* Registers at their own places, most of the time. */
	if (r & 0x30)
		port &= (uint16_t) ~(width - 1);
	if (r & 0x40)
		pc_io_write(&pc, port, width, some_value(r >> 24));
	else
		pc_io_read(&pc, port, width);
}

static void access_config(uint64_t r)
{
	pc_io_write(&pc, 0xcf8, 4, 0x80001000u | (r & 0xfc));
	/* All but base addresses, which would take the ports away. */
	if (r & 0x100 && ((r & 0xfc) < 0x10 || (r & 0xfc) > 0x14))
		pc_io_write(&pc, 0xcfc, r & 0x200 ? 4 : 1, some_value(r >> 24) | 1);
	else
		pc_io_read(&pc, 0xcfc, r & 0x200 ? 4 : 1);
}

/* What an honest driver does, as far as the state of the device allows. */
static void start_honestly(uint64_t *seed)
{
	static const struct {
		uint8_t offset, width;
		uint32_t value;
	} writes[] = {
		{VIRTIO_PCI_COMMON_STATUS, 1, 0},
		{VIRTIO_PCI_COMMON_STATUS, 1, 3},
		{VIRTIO_PCI_COMMON_GFSELECT, 4, 1},
		{VIRTIO_PCI_COMMON_GF, 4, 1},
		{VIRTIO_PCI_COMMON_STATUS, 1, 11},
		{VIRTIO_PCI_COMMON_Q_SELECT, 2, 0},
		{VIRTIO_PCI_COMMON_Q_SIZE, 2, SIZE},
		{VIRTIO_PCI_COMMON_Q_DESCLO, 4, RINGS_DESCRIPTORS},
		{VIRTIO_PCI_COMMON_Q_AVAILLO, 4, RINGS_AVAILABLE},
		{VIRTIO_PCI_COMMON_Q_USEDLO, 4, RINGS_USED},
		{VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1},
		{VIRTIO_PCI_COMMON_STATUS, 1, 15},
	};

	rings.available->idx = 0;
	rings.used->idx = 0;
	write_table(seed, RINGS_DESCRIPTORS, SIZE);
	write_requests(seed);
	offer_some(seed);
	for (unsigned i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		pc_io_write(&pc, BAR_1 + writes[i].offset, writes[i].width, writes[i].value);
}

static void check_registers(void)
{
	bool wanted = shared.interrupt && !(pc.virtio[0].pci.config[1] & 0x400);

	assert_int_equal(pc.pic.chip[I8259_SLAVE].lines >> 2 & 1, wanted);
	assert_in_range(shared.run, 0, 1);
	assert_int_equal(pc.virtio[0].status & 0x40, 0);
	for (unsigned i = 1; i < VIRTIO_QUEUES_MAX; i++)
		assert_int_equal(shared.queue[i].size, 0);
}

static void hostile_registers(void **state)
{
	uint64_t seed = 0xd1b54a32d192ed03;
	unsigned starts = 0;

	(void)state;
	new_machine(false);
	for (unsigned i = 0; i < REGISTER_RUNS; i++) {
		uint64_t r = next_random(&seed);
		struct virtio_shared before = shared;

		if (!(r >> 8 & 127))
			start_honestly(&seed);
		else if (r >> 61)
			access_device(next_random(&seed));
		else
			access_config(next_random(&seed));
		/* The server has its copy of what must not change while it runs. */
		if (before.run && shared.run && r >> 8 & 127) {
			assert_int_equal(shared.features, before.features);
			assert_memory_equal(shared.queue, before.queue, sizeof(before.queue));
		}
		if (!before.run && shared.run) {
			assert_int_equal(shared.serving, 0);
			starts++;
		}
		if (r & 1 && virtio_server_follow(&machine.server)) {
			virtio_block_serve(&machine.block, &machine.server);
			pc_virtio_interrupt(&pc);
		}
		check_registers();
	}
	rings_check_hole();
	assert_in_range(starts, 100, REGISTER_RUNS);
	assert_int_not_equal(medium.reads, 0);
}

/* The guest's kernel shares the wedge's memory: the shared words may be anything. */
static void hostile_shared_words(void **state)
{
	uint64_t seed = 0x2545f4914f6cdd1d;

	(void)state;
	new_machine(false);
	for (unsigned i = 0; i < RING_RUNS; i++) {
		uint64_t r = next_random(&seed);
		unsigned word = r % (sizeof(shared) / sizeof(uint32_t));

		if (r & 0x100)
			start_anew(r);
		((uint32_t *)&shared)[word] = some_value(r >> 16);
		write_table(&seed, RINGS_DESCRIPTORS, SIZE);
		offer_some(&seed);
		if (virtio_server_follow(&machine.server))
			virtio_block_serve(&machine.block, &machine.server);
	}
	rings_check_hole();
}

/* ---- memory that changes ---- */

/* A request that is right for as long as the other thread leaves it alone. */
static void offer_good_read(void)
{
	memset(rings_at(HOSTILE_HEADERS), 0, 16);
	rings_describe(0, HOSTILE_HEADERS, 16, VRING_DESC_F_NEXT, 1);
	rings_describe(1, HOSTILE_DATA, 512, VRING_DESC_F_NEXT | VRING_DESC_F_WRITE, 2);
	rings_describe(2, HOSTILE_DATA + 512, 1, VRING_DESC_F_WRITE, 0);
	rings_offer(0);
}

/* Goes on until enough requests were good, and their memory has changed often enough. */
static void memory_that_changes(void **state)
{
	uint64_t seed = 0xda3e39cb94b95bdb;

	(void)state;
	new_machine(true);
	start_anew(0);
	hostile_thread_start(write_all);
	while (!hostile_thread_wrote(CHANGES) || medium.reads < CHANGING_READS) {
		if (machine.server.broken)
			start_anew(next_random(&seed));
		offer_good_read();
		if (virtio_server_follow(&machine.server))
			virtio_block_serve(&machine.block, &machine.server);
	}
	hostile_thread_stop();
	rings_check_hole();
	assert_memory_equal(medium.bytes, medium.stable, MEDIUM_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FUZZ_TEST(hostile_rings),
		FUZZ_TEST(hostile_registers),
		FUZZ_TEST(hostile_shared_words),
		FUZZ_TEST(memory_that_changes),
	};

	return RUN_TAP(tests);
}
