/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - a host for the virtual PC whose time and console the tests hold in their hands.
 *
 * Invariant: time moves only in host_advance, which fires the timer exactly at its deadlines.
 */
#ifndef TESTS_DEV_HOST_H
#define TESTS_DEV_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wedge/dev.h>

#include "../random.h"

#define SECOND UINT64_C(1000000000)

enum { HOST_COUNTERS = 3 };

struct host {
	uint64_t now_ns;
	uint64_t wall_s;
	uint64_t timer_ns; /* PC_NEVER: not armed */
	unsigned timer_calls;
	unsigned timer_fired;
	bool intr;
	unsigned intr_changes;
	char output[256];
	size_t output_length;
	const char *input;
	unsigned reads; /* calls of dev_host_console_read */
	unsigned resets;
	enum dev_reset reset_reason;
	unsigned poweroffs;
	unsigned doorbells; /* of all virtio devices */
	unsigned last_device, last_queue;
	unsigned quiets;
	void (*stop_server)(void); /* if there is one: makes it look at `run` */
	struct virtio_shared virtio_shared[VIRTIO_DEVICES_MAX];
	unsigned counters; /* how many there are: HOST_COUNTERS, of which `counter` is the value */
	uint64_t counter[HOST_COUNTERS];
};

extern struct host host;

/* The handle that devices get; they only hand it back. */
#define HOST ((struct dev_host *)&host)

extern struct pc pc;

/* A fresh host at time `start_ns` and a PC of 256 MiB on it; fits cmocka's setup. */
int host_setup(void **state);

/* Let time pass; pc_timer_expired is called as a back end would. */
void host_advance(uint64_t ns);

/* Byte accesses by the guest. */
uint8_t in(uint16_t port);
void out(uint16_t port, uint8_t value);

/* Initialise both 8259 as Linux does, vectors 0x30 and 0x38, and unmask `lines`. */
void guest_init_pic(uint16_t lines);

/* Take a pending interrupt and end it; its ISA line, or -1. */
int guest_take(void);

/* Run a group with TAP output. */
#define RUN_TAP(tests)                                                                             \
	(cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests(tests, NULL, NULL))

/* A test that starts with a fresh PC. */
#define PC_TEST(function) cmocka_unit_test_setup(function, host_setup)

#endif
