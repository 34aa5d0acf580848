/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_driver.h - a PC with some virtio devices, and a driver of the first one. Layouts and
 * numbers are those of Linux's headers for programs, not our own.
 *
 * Invariant: the driver uses ports alone; the server's side is struct virtio_shared alone.
 */
#ifndef TESTS_DEV_VIRTIO_DRIVER_H
#define TESTS_DEV_VIRTIO_DRIVER_H

#include "host.h"

#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>

enum { DEVICES = 3, QUEUES = 2, QUEUE_SIZE = 64, CONFIG = 60 };

#define VERSION_1 (UINT64_C(1) << 32)
#define OFFERED	  (VERSION_1 | UINT64_C(0x30000240))

extern struct virtio_identity virtio_identity[DEVICES];

/* Where the first device's structures are, as its capabilities say. */
struct virtio_ports {
	uint16_t common, notify, interrupt, device, legacy;
};
extern struct virtio_ports ports;

/* A fresh PC with all devices; fits cmocka's setup. */
int virtio_setup(void **state);
#define VIRTIO_TEST(function) cmocka_unit_test_setup(function, virtio_setup)

/* ---- the server's side ---- */

static inline struct virtio_shared *shared(unsigned index)
{
	return &host.virtio_shared[index];
}

void raise_interrupt(unsigned index, uint32_t bits);

/* ---- configuration space of a device ---- */

uint32_t config_read(unsigned index, unsigned reg, unsigned width);
void config_write(unsigned index, unsigned reg, unsigned width, uint32_t value);

/* The place of the first capability of a kind. */
unsigned find_capability(unsigned index, unsigned kind);

/* Fills `ports`. */
void find_structures(void);

/* ---- the common structure, and what a driver does with it ---- */

uint32_t common_get(unsigned offset, unsigned width);
void common_set(unsigned offset, unsigned width, uint32_t value);

uint8_t device_status(void);
void add_status(uint8_t bits);
uint64_t offered_features(void);
void accept_features(uint64_t features);
void set_up_queue(uint16_t queue, uint16_t size);

/* 3.1.1: up to and with DRIVER_OK, queue 0 with 16 entries. */
void start_driver(uint64_t features);

/* ---- the legacy layout ---- */

uint32_t legacy_get(unsigned offset, unsigned width);
void legacy_set(unsigned offset, unsigned width, uint32_t value);

#endif
