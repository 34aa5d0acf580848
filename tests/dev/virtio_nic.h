/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_nic.h - a network device between a driver, whose two rings are written by hand in the
 * guest's memory of virtio_rings.h, and a medium that a test gives room and frames.
 *
 * Invariant: each frame that the medium gets is checked for what virtio_net.h promises of it.
 */
#ifndef TESTS_DEV_VIRTIO_NIC_H
#define TESTS_DEV_VIRTIO_NIC_H

#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

#include <wedge/dev/virtio_net.h>
#include <wedge/dev/virtio_server.h>

#include "host.h"

enum { NIC_RECEIVE, NIC_TRANSMIT }; /* numbers of the queues */
enum { NIC_NUMBER = 3, NIC_ROOM = 1 << 30, NIC_SIZE = 16 };

#define NIC_BIT(number) (UINT64_C(1) << (number))

/* All that a medium may have. */
#define NIC_MEDIUM                                                                                 \
	(NIC_BIT(VIRTIO_NET_F_CSUM) | NIC_BIT(VIRTIO_NET_F_GUEST_CSUM) |                           \
	 NIC_BIT(VIRTIO_NET_F_GUEST_TSO4) | NIC_BIT(VIRTIO_NET_F_GUEST_TSO6) |                     \
	 NIC_BIT(VIRTIO_NET_F_HOST_TSO4) | NIC_BIT(VIRTIO_NET_F_HOST_TSO6))

struct nic {
	struct virtio_identity identity;
	struct virtio_shared shared;
	struct virtio_server server;
	struct virtio_net net;
	unsigned room;	  /* frames that the medium still takes */
	unsigned refused; /* frames that it did not take */
	unsigned sent;	  /* frames that it took, of which the last one is: */
	struct virtio_net_header header;
	uint8_t frame[VIRTIO_NET_FRAME_MAX];
	uint32_t length;
	unsigned pushes;
};

extern struct nic nic;

/*
 * A device whose medium has some features and room, and a driver with rings of `size` entries that
 * has not started it.
 */
void nic_new(uint16_t size, uint64_t medium);

/* The driver starts the device with empty rings, and accepts what is offered but for `but`. */
void nic_start(uint64_t but);

/* The driver resets the device: the server sees it, and forgets what it had. */
void nic_reset(void);

/* Before a test: a device of a medium that has everything, with rings of NIC_SIZE
 * entries, started without event indices. */
int nic_setup(void **state);

/* The same device, driven with less. */
void nic_restart(uint64_t but);

/* A descriptor of a queue, and a chain made available. */
void nic_describe(unsigned queue, uint16_t index, uint64_t address, uint32_t length, uint16_t flags,
		  uint16_t next);
void nic_offer(unsigned queue, uint16_t head);

/* The two rings of a queue, and the event indices behind them. */
struct vring_avail *nic_available(unsigned queue);
struct vring_used *nic_used(unsigned queue);
uint16_t *nic_used_event(unsigned queue);
uint16_t *nic_avail_event(unsigned queue);

/* What the guest-physical address of a queue's descriptors is. */
uint64_t nic_descriptors(unsigned queue);

#endif
