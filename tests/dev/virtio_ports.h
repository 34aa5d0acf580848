/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_ports.h - a console device with ports between a driver, whose rings are written by hand in
 * the guest's memory of virtio_rings.h, and a medium that a test gives room and bytes.
 *
 * Invariant: the medium records what each port sends, so that each byte is accounted for.
 */
#ifndef TESTS_DEV_VIRTIO_PORTS_H
#define TESTS_DEV_VIRTIO_PORTS_H

#include <linux/virtio_console.h>

#include <wedge/dev/virtio_console.h>

#include "virtio_rings.h"

#define PORTS_BIT(n) (UINT64_C(1) << (n))

enum { PORTS_TO_DRIVER = 2, PORTS_FROM_DRIVER = 3, PORTS_QUEUES = 10 };
enum { PORTS_SIZE = 16, PORTS_RECORD = 4096, PORTS_BUFFER = 256 };

/* A terminal, a port with a name, one that is not there, and one more. */
enum { PORTS_ABSENT = 2 };

struct ports {
	struct virtio_identity identity;
	struct virtio_shared shared;
	struct virtio_server server;
	struct virtio_console console;
	char sent[VIRTIO_CONSOLE_PORTS][PORTS_RECORD]; /* the last bytes; byte n at n % RECORD */
	uint64_t sent_bytes[VIRTIO_CONSOLE_PORTS];
	uint64_t room;				  /* bytes that the medium still takes */
	const char *coming[VIRTIO_CONSOLE_PORTS]; /* for the guest; NULL: nothing */
	bool ends;				  /* behind that is the end */
};

extern struct ports ports;

/* Before a test: a device that a driver has started, with rings of PORTS_SIZE entries, which knows
 * ports. */
int ports_setup(void **state);

/* The driver resets the device, whose terminal is one of known size from now on. */
void ports_know_size(struct virtio_console_size size);

/* The driver starts the device with empty rings and these features. */
void ports_start(uint64_t features);

/* The driver resets the device. */
void ports_reset(void);

/* Serves what is in the rings. */
void ports_serve(void);

/* Of a queue: its descriptors, its rings, and a buffer of PORTS_BUFFER bytes for each. */
uint64_t ports_ring(unsigned queue);
struct vring_avail *ports_available(unsigned queue);
struct vring_used *ports_used(unsigned queue);
uint16_t *ports_used_event(unsigned queue);
uint64_t ports_buffer_address(unsigned queue, uint16_t index);
char *ports_buffer(unsigned queue, uint16_t index);

/* Makes available the chain that begins with a descriptor; the second describes its own buffer
 * before. */
void ports_offer_chain(unsigned queue, uint16_t head);
void ports_offer(unsigned queue, uint16_t index, uint32_t length, uint16_t flags);

#endif
