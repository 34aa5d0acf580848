/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.c - the services of dev.h for the tests, and a guest's few habits.
 *
 * Invariant: everything the devices ask for is recorded in `host`.
 */
#include "host.h"

#include <stdio.h>
#include <string.h>

struct host host;
struct pc pc;

uint64_t dev_host_now_ns(void)
{
	return host.now_ns;
}

uint64_t dev_host_wallclock_s(void)
{
	return host.wall_s + host.now_ns / SECOND;
}

void dev_host_timer(uint64_t deadline_ns)
{
	host.timer_ns = deadline_ns;
	host.timer_calls++;
}

void dev_host_console_write(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		host.output[host.output_length++ % sizeof(host.output)] = bytes[i];
}

size_t dev_host_console_read(char *bytes, size_t length)
{
	size_t count = host.input ? strnlen(host.input, length) : 0;

	host.reads++;
	memcpy(bytes, host.input, count);
	host.input += count;
	return count;
}

void dev_host_intr(struct dev_host *of, bool asserted)
{
	assert_ptr_equal(of, HOST);
	host.intr = asserted;
	host.intr_changes++;
}

void dev_host_virtio_doorbell(struct dev_host *of, unsigned device, unsigned queue)
{
	assert_ptr_equal(of, HOST);
	host.doorbells++;
	host.last_device = device;
	host.last_queue = queue;
}

/* Without a server of the test's own, one stops here at the latest. */
void dev_host_virtio_quiet(struct dev_host *of, unsigned device)
{
	assert_ptr_equal(of, HOST);
	assert_int_equal(host.virtio_shared[device].run, 0);
	if (host.stop_server)
		host.stop_server();
	else
		host.virtio_shared[device].serving = 0;
	assert_int_equal(host.virtio_shared[device].serving, 0);
	host.quiets++;
}

void dev_host_reset(struct dev_host *of, enum dev_reset reason)
{
	assert_ptr_equal(of, HOST);
	host.resets++;
	host.reset_reason = reason;
}

void dev_host_poweroff(struct dev_host *of)
{
	assert_ptr_equal(of, HOST);
	host.poweroffs++;
}

unsigned dev_host_counters(void)
{
	return host.counters;
}

uint64_t dev_host_counter(struct dev_host *of, unsigned index)
{
	assert_ptr_equal(of, HOST);
	return index < HOST_COUNTERS ? host.counter[index] : 0;
}

void dev_host_counter_name(unsigned index, char *name, size_t size)
{
	static const char *const names[HOST_COUNTERS] = {"a", "eight888",
							 "a-name-of-thirty-one-characters"};

	assert_true(index < host.counters);
	snprintf(name, size, "%s", index < HOST_COUNTERS ? names[index] : "more");
}

int host_setup(void **state)
{
	const struct pc_config config = {.host = HOST, .ram_bytes = UINT64_C(256) << 20};

	(void)state;
	memset(&pc, 0xa5, sizeof(pc)); /* pc_init must not rely on what was there */
	/* 2026-02-28 23:59:30 UTC, an hour after the start of guest time. */
	host = (struct host){.now_ns = 3600 * SECOND,
			     .timer_ns = PC_NEVER,
			     .input = "",
			     .counters = HOST_COUNTERS};
	host.wall_s = 1772323170 - 3600;
	pc_init(&pc, &config);
	return 0;
}

void host_advance(uint64_t ns)
{
	uint64_t end = host.now_ns + ns;

	while (host.timer_ns <= end) {
		if (host.timer_ns > host.now_ns)
			host.now_ns = host.timer_ns;
		host.timer_ns = PC_NEVER;
		host.timer_fired++;
		pc_timer_expired(&pc);
	}
	host.now_ns = end;
}

uint8_t in(uint16_t port)
{
	return (uint8_t)pc_io_read(&pc, port, 1);
}

void out(uint16_t port, uint8_t value)
{
	pc_io_write(&pc, port, 1, value);
}

void guest_init_pic(uint16_t lines)
{
	static const uint8_t word[2][4] = {{0x11, 0x30, 0x04, 0x01}, {0x11, 0x38, 0x02, 0x01}};

	for (uint16_t chip = 0; chip < 2; chip++) {
		uint16_t port = chip ? 0xa0 : 0x20;

		out(port, word[chip][0]);
		for (unsigned i = 1; i < 4; i++)
			out(port + 1, word[chip][i]);
		out(port + 1, (uint8_t) ~(chip ? lines >> 8 : lines | 4));
	}
}

int guest_take(void)
{
	int vector = pc_ack_interrupt(&pc);

	if (vector < 0)
		return -1;
	if (vector >= 0x38)
		out(0xa0, 0x20);
	out(0x20, 0x20);
	return vector - 0x30;
}
