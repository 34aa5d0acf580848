/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_config_test.c - the device configuration space of virtio devices (Virtual I/O Device
 * (VIRTIO) Version 1.2, sections 2.5 and 4.1.4.3.1): the server changes it while the driver reads,
 * and the driver writes where it may.
 *
 * Invariant: the driver side uses ports alone; the server side uses virtio_server.h alone.
 */
#include "host.h"
#include "virtio_rings.h"

#include <pthread.h>
#include <string.h>

#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>

#include <wedge/dev/virtio_server.h>

/* Where pci.c has the first device's registers (virtio_pci_test.c looks at the capabilities). */
enum { LEGACY = 0xc000, COMMON = 0xc100, INTERRUPT = 0xc140, DEVICE = 0xc180 };
enum { LEGACY_CONFIG = LEGACY + VIRTIO_PCI_CONFIG_OFF(0) };

/* Words 1 and 3 are the driver's. */
enum { WORDS = 6 };
#define WRITABLE UINT32_C(0x0a)

static struct virtio_identity identity;
static struct virtio_server server;
static struct pc_config config;

static int config_setup(void **state)
{
	host_setup(state);
	rings_new(16);
	identity = (struct virtio_identity){
		.type = 5,
		.pci_device = 0x1002,
		.features = VIRTIO_FEATURE_VERSION_1,
		.queues = 1,
		.queue_size = 16,
		.config_bytes = WORDS * 4,
		.config_writable = WRITABLE,
	};
	for (unsigned i = 0; i < WORDS * 4; i++)
		identity.config[i] = (uint8_t)(i + 1);
	config = (struct pc_config){
		.host = HOST,
		.ram_bytes = RINGS_MEMORY,
		.virtio_devices = 1,
		.virtio_identity = &identity,
		.virtio_shared = host.virtio_shared,
	};
	virtio_server_init(&server, 0, &identity, host.virtio_shared);
	pc_init(&pc, &config);
	return 0;
}

static uint32_t read_word(unsigned word)
{
	return pc_io_read(&pc, (uint16_t)(DEVICE + 4 * word), 4);
}

static void write_word(unsigned word, uint32_t value)
{
	pc_io_write(&pc, (uint16_t)(DEVICE + 4 * word), 4, value);
}

static uint8_t generation(void)
{
	return in(COMMON + VIRTIO_PCI_COMMON_CFGGENERATION);
}

static void start(void)
{
	out(COMMON + VIRTIO_PCI_COMMON_STATUS, 3);
	pc_io_write(&pc, COMMON + VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	pc_io_write(&pc, COMMON + VIRTIO_PCI_COMMON_GF, 4, 1);
	out(COMMON + VIRTIO_PCI_COMMON_STATUS, 0x0b);
	out(COMMON + VIRTIO_PCI_COMMON_STATUS, 0x0f);
	assert_true(virtio_server_follow(&server));
}

static void change_word(unsigned word, uint32_t value)
{
	virtio_server_configure(&server, 4 * word, &value, sizeof(value));
}

/* ---- the server changes it ---- */

static void a_change_is_seen_by_both_layouts(void **state)
{
	uint8_t before = generation();

	(void)state;
	start();
	assert_int_equal(read_word(2), 0x0c0b0a09);
	change_word(2, 0x55667788);
	assert_int_equal(read_word(2), 0x55667788);
	assert_int_equal(pc_io_read(&pc, LEGACY_CONFIG + 9, 2), 0x6677);
	assert_int_equal(read_word(0), 0x04030201);
	assert_int_not_equal(generation(), before);
}

static void a_part_of_a_word_can_change(void **state)
{
	const uint8_t bytes[3] = {0xaa, 0xbb, 0xcc};

	(void)state;
	virtio_server_configure(&server, 18, bytes, sizeof(bytes));
	assert_int_equal(read_word(4), 0xbbaa1211);
	assert_int_equal(read_word(5), 0x181716cc);
}

static void the_last_byte_can_change(void **state)
{
	const uint8_t byte = 0x77;

	(void)state;
	virtio_server_configure(&server, VIRTIO_CONFIG_MAX - 1, &byte, 1);
	assert_int_equal(read_word(VIRTIO_CONFIG_WORDS - 1), 0x77000000);
}

static void the_generation_tells_of_a_change_between_reads(void **state)
{
	uint8_t before;

	(void)state;
	start();
	for (unsigned i = 0; i < 600; i++) {
		before = generation();
		assert_int_equal(generation(), before);
		read_word(0);
		change_word(0, i);
		assert_int_not_equal(generation(), before);
	}
}

static void a_driver_is_interrupted(void **state)
{
	(void)state;
	start();
	rings.interrupts = 0;
	change_word(0, 1);
	assert_int_equal(rings.interrupts, 1);
	assert_int_equal(in(INTERRUPT), VIRTIO_INTERRUPT_CONFIG);
	assert_int_equal(in(INTERRUPT), 0);
	change_word(0, 2);
	change_word(0, 3); /* the driver has not looked yet */
	assert_int_equal(rings.interrupts, 2);
}

/* What it has read before its start may be old. */
static void a_driver_that_starts_later_is_told_then(void **state)
{
	(void)state;
	change_word(0, 5);
	assert_int_equal(rings.interrupts, 0);
	assert_int_equal(in(INTERRUPT), 0);
	start();
	assert_int_equal(in(INTERRUPT), VIRTIO_INTERRUPT_CONFIG);
	assert_int_equal(read_word(0), 5);
	assert_true(virtio_server_follow(&server));
	assert_int_equal(in(INTERRUPT), 0);
}

static void a_change_survives_resets(void **state)
{
	(void)state;
	start();
	change_word(0, 9);
	out(COMMON + VIRTIO_PCI_COMMON_STATUS, 0);
	assert_false(virtio_server_follow(&server));
	assert_int_equal(read_word(0), 9);
	pc_init(&pc, &config);
	assert_int_equal(read_word(0), 9);
	assert_int_equal(read_word(4), 0x14131211);
}

/* While the server writes, the driver sees what was there. */
static void half_of_a_change_is_not_shown(void **state)
{
	struct virtio_shared *shared = host.virtio_shared;
	uint8_t before = generation();

	(void)state;
	shared->config_sequence = 1;
	shared->config[0] = 0x99;
	assert_int_equal(read_word(0), 0x04030201);
	assert_int_equal(generation(), before);
	shared->config_sequence = 2;
	assert_int_equal(read_word(0), 0x99);
	assert_int_not_equal(generation(), before);
}

/* A sequence of 0 would stand for what the identity says. */
static void the_sequence_never_becomes_zero_again(void **state)
{
	(void)state;
	server.config_sequence = UINT32_MAX - 3;
	for (uint32_t i = 0; i < 4; i++) {
		change_word(0, i);
		assert_int_not_equal(host.virtio_shared->config_sequence, 0);
		assert_int_equal(host.virtio_shared->config_sequence & 1, 0);
		assert_int_equal(read_word(0), i);
	}
}

/* ---- the driver writes ---- */

static void what_the_driver_writes_reaches_the_server(void **state)
{
	(void)state;
	assert_int_equal(virtio_server_written(&server, 4), 0x08070605);
	start();
	host.doorbells = 0;
	write_word(1, 0x12345678);
	assert_int_equal(host.doorbells, 1);
	assert_int_equal(virtio_server_written(&server, 4), 0x12345678);
	assert_int_equal(read_word(1), 0x12345678);
	pc_io_write(&pc, LEGACY_CONFIG + 13, 2, 0xabcd);
	assert_int_equal(host.doorbells, 2);
	assert_int_equal(virtio_server_written(&server, 12), 0x10abcd0d);
}

static void other_words_stay(void **state)
{
	(void)state;
	start();
	host.doorbells = 0;
	for (unsigned i = 0; i < VIRTIO_CONFIG_WORDS; i++)
		if (!(WRITABLE >> i & 1)) {
			uint32_t before = read_word(i);

			write_word(i, 0xffffffff);
			assert_int_equal(read_word(i), before);
		}
	assert_int_equal(host.doorbells, 0);
	pc_io_write(&pc, DEVICE + 2, 4, 0xffffffff); /* half of it is the driver's */
	assert_int_equal(read_word(0), 0x04030201);
	assert_int_equal(read_word(1), 0x0807ffff);
	assert_int_equal(host.doorbells, 1);
	pc_io_write(&pc, DEVICE + 127, 4, 0xffffffff);
	pc_io_write(&pc, LEGACY + 255, 4, 0xffffffff);
}

/* Each word has one writer. */
static void the_server_does_not_change_what_the_driver_wrote(void **state)
{
	static const uint8_t bytes[WORDS * 4];

	(void)state;
	write_word(1, 0xdeadbeef);
	virtio_server_configure(&server, 0, bytes, sizeof(bytes));
	assert_int_equal(read_word(0), 0);
	assert_int_equal(read_word(1), 0xdeadbeef);
	assert_int_equal(read_word(2), 0);
	assert_int_equal(virtio_server_written(&server, 4), 0xdeadbeef);
}

static void a_reset_of_the_machine_forgets_what_was_written(void **state)
{
	(void)state;
	write_word(1, 1);
	pc_init(&pc, &config);
	assert_int_equal(read_word(1), 0x08070605);
	assert_int_equal(virtio_server_written(&server, 4), 0x08070605);
}

static void nobody_is_rung_for_before_the_start(void **state)
{
	(void)state;
	host.doorbells = 0;
	write_word(1, 1);
	assert_int_equal(host.doorbells, 0);
	start();
	assert_int_equal(virtio_server_written(&server, 4), 1);
}

/* ---- both at once ---- */

enum { CHANGES = 20000, FIRST = 4, LAST = VIRTIO_CONFIG_WORDS - 1, BOTH = LAST - FIRST + 1 };

static bool done;

/* All words are the same number. */
static void *change_often(void *unused)
{
	(void)unused;
	for (uint32_t i = 1; i <= CHANGES; i++) {
		uint32_t words[BOTH];

		for (unsigned j = 0; j < BOTH; j++)
			words[j] = i;
		virtio_server_configure(&server, 4 * FIRST, words, sizeof(words));
	}
	__atomic_store_n(&done, true, __ATOMIC_SEQ_CST);
	return NULL;
}

/* 4.1.4.3.1: as Linux reads what is longer than a word. */
static uint32_t read_both(uint32_t *second)
{
	uint8_t before;
	uint32_t first;

	do {
		before = generation();
		first = read_word(FIRST);
		*second = read_word(LAST);
	} while (generation() != before);
	return first;
}

static void a_driver_never_sees_parts_of_two(void **state)
{
	uint32_t first = 0, second, last = 0;
	pthread_t thread;
	bool over;

	(void)state;
	virtio_server_configure(&server, 4 * FIRST, (uint32_t[BOTH]){0}, 4 * BOTH);
	assert_int_equal(read_both(&second), 0); /* no more what the identity says */
	done = false;
	assert_int_equal(pthread_create(&thread, NULL, change_often, NULL), 0);
	do {
		over = __atomic_load_n(&done, __ATOMIC_SEQ_CST);
		first = read_both(&second);
		assert_int_equal(first, second);
		assert_true(first >= last);
		last = first;
	} while (!over);
	pthread_join(thread, NULL);
	assert_int_equal(first, CHANGES);
}

#define CONFIG_TEST(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, config_setup, rings_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONFIG_TEST(a_change_is_seen_by_both_layouts),
		CONFIG_TEST(a_part_of_a_word_can_change),
		CONFIG_TEST(the_last_byte_can_change),
		CONFIG_TEST(the_generation_tells_of_a_change_between_reads),
		CONFIG_TEST(a_driver_is_interrupted),
		CONFIG_TEST(a_driver_that_starts_later_is_told_then),
		CONFIG_TEST(a_change_survives_resets),
		CONFIG_TEST(half_of_a_change_is_not_shown),
		CONFIG_TEST(the_sequence_never_becomes_zero_again),
		CONFIG_TEST(what_the_driver_writes_reaches_the_server),
		CONFIG_TEST(other_words_stay),
		CONFIG_TEST(the_server_does_not_change_what_the_driver_wrote),
		CONFIG_TEST(a_reset_of_the_machine_forgets_what_was_written),
		CONFIG_TEST(nobody_is_rung_for_before_the_start),
		CONFIG_TEST(a_driver_never_sees_parts_of_two),
	};

	return RUN_TAP(tests);
}
