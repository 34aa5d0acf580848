/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wedge_disk.c - the test's wedge as the driver of a virtio block device (Virtual I/O Device
 * (VIRTIO) Version 1.2, sections 2.7 and 5.2), by the words that wedge and launcher share.
 *
 * Invariant: it waits for the launcher a second at most, and says what it has found then.
 */
#include "wedge.h"

/* Guest-physical: the three parts of the ring, and the request. */
enum { TABLE = 0x3000, DRIVER = 0x4000, DEVICE = 0x5000, HEADER = 0x6000, STATUS = 0x6800 };
enum { DATA = 0x7000, ENTRIES = 8, LINE = 24, TURNS = 1000, TOGGLES = 2000 };
enum { NEXT = 1, WRITE = 2 };

struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next;
};

static void put(uint64_t at, const void *bytes, long size)
{
	call(SYS_PWRITE, given->memory_fd, (long)bytes, size, (long)at);
}

static void get(uint64_t at, void *bytes, long size)
{
	call(SYS_PREAD, given->memory_fd, (long)bytes, size, (long)at);
}

static struct virtio_shared *words(void)
{
	return &shared()->virtio[0];
}

static void set_run(uint32_t run)
{
	uint64_t one = 1;

	__atomic_store_n(&words()->run, run, __ATOMIC_SEQ_CST);
	call(SYS_WRITE, given->doorbell_fd[0], (long)&one, sizeof(one), 0);
}

/* Waits as backend_virtio_quiet() does. */
static void reset(void)
{
	set_run(0);
	while (__atomic_load_n(&words()->serving, __ATOMIC_SEQ_CST))
		call(SYS_FUTEX, (long)&words()->serving, FUTEX_WAIT, 1, 0);
}

static void request_sector(void)
{
	const struct descriptor table[] = {
		{HEADER, 16, NEXT, 1}, {DATA, 512, NEXT | WRITE, 2}, {STATUS, 1, WRITE, 0}};
	const uint16_t available[] = {0, 1, 0}, used[] = {0, 0};
	const uint64_t header[] = {0, 0};
	const char nothing = 'x';

	put(TABLE, table, sizeof(table));
	put(DRIVER, available, sizeof(available));
	put(DEVICE, used, sizeof(used));
	put(HEADER, header, sizeof(header));
	put(STATUS, &nothing, 1);
}

static uint64_t signal_pends(void)
{
	uint64_t pending = 0;

	call(SYS_RT_SIGPENDING, (long)&pending, sizeof(pending), 0, 0);
	return pending >> (SIGNAL_DISK - 1) & 1;
}

static void start(uint64_t table)
{
	words()->features = VIRTIO_FEATURE_VERSION_1;
	words()->queue[0] = (struct virtio_ring){.descriptors = table,
						 .driver = DRIVER,
						 .device = DEVICE,
						 .size = ENTRIES,
						 .enabled = 1};
	request_sector();
	set_run(1);
}

void disk_read(void)
{
	uint16_t used[2] = {0, 0};
	char line[LINE + 1] = "", status = 0;

	start(TABLE);
	for (int i = 0; i < TURNS && (used[1] == 0 || !signal_pends()); i++) {
		sleep_ms(1);
		get(DEVICE, used, sizeof(used));
	}
	get(STATUS, &status, 1);
	get(DATA, line, LINE);
	print_number("used", used[1]);
	print_number("status", (uint64_t)status);
	print_number("interrupt", __atomic_exchange_n(&words()->interrupt, 0, __ATOMIC_SEQ_CST));
	print_number("signal", signal_pends());
	print("sector: ");
	print(line);
	print("\n");
	reset();
	print_number("serving", words()->serving);
}

void disk_break(void)
{
	start(given->memory_bytes);
	for (int i = 0; i < TURNS && !__atomic_load_n(&words()->needs_reset, __ATOMIC_SEQ_CST); i++)
		sleep_ms(1);
	print_number("needs_reset", words()->needs_reset);
	reset();
	print_number("needs_reset", words()->needs_reset);
}

void disk_toggle(void)
{
	for (int i = 0; i < TOGGLES; i++) {
		words()->queue[0].size = (uint16_t)i;
		words()->queue[0].enabled = 1;
		set_run(1);
		reset();
	}
	print("toggled\n");
}
