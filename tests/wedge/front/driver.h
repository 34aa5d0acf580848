/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * driver.h - the guest's side of a virtio disk for the tests of front ends: one queue of 64
 * entries, requests of three descriptors. And how a test begins.
 *
 * Invariant: request n has a header, a status byte and data of its own.
 */
#ifndef TESTS_WEDGE_FRONT_DRIVER_H
#define TESTS_WEDGE_FRONT_DRIVER_H

#include "fake_domain.h"

#include <linux/virtio_blk.h>
#include <linux/virtio_ring.h>

enum { DRIVER_REQUESTS = 20, DRIVER_NOT_ANSWERED = 0xee, DRIVER_DATA_MAX = 0x20000 };

/* The descriptions that the wedge gives of the devices, and how many there are. */
extern const struct virtio_identity *driver_identity;
extern unsigned int driver_devices;

/* The domain's devices are found, and the guest starts. */
void driver_boot(void);

/* Starts the driver of a device, or resets that. */
void driver_start(unsigned int device);
void driver_reset(unsigned int device);

/* Request n: `length` bytes of data in pieces of `piece`. Does not ring. */
void driver_offer(unsigned int n, uint32_t type, uint64_t sector, uint32_t length, uint32_t piece);
void driver_ring(unsigned int device);

uint8_t *driver_data(unsigned int n);
uint8_t driver_status(unsigned int n);

/* Requests answered since the start. */
unsigned int driver_answered(void);

/* One request, and the world until it is still; the status. */
uint8_t driver_do(unsigned int device, uint32_t type, uint64_t sector, uint32_t length);

/* How often the device's configuration has changed. */
unsigned int driver_configured(unsigned int device);
uint64_t driver_capacity(unsigned int device);

/* Whether the device wants to be reset. */
bool driver_is_told_to_reset(unsigned int device);

/* Request n reads into memory that is not the guest's from `address` on. */
void driver_offer_wrong(unsigned int n, uint64_t address, uint32_t length);

/* Runs a test in a process of its own, in a new domain. */
void driver_run(void (*test)(void));
#define FRONT_TEST(function)                                                                       \
	{                                                                                          \
#function, run_##function, NULL, NULL, NULL                                        \
	}
#define DEFINE_FRONT_TEST(function)                                                                \
	static void function(void);                                                                \
	static void run_##function(void **state)                                                   \
	{                                                                                          \
		(void)state;                                                                       \
		driver_run(function);                                                              \
	}                                                                                          \
	static void function(void)

#endif /* TESTS_WEDGE_FRONT_DRIVER_H */
