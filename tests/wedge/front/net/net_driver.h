/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_driver.h - the driver of a virtio network device with a back end of Xen's (netback.h), and
 * the guest's memory.
 *
 * Invariant: the driver knows the rings of virtio alone, and nothing of Xen.
 */
#ifndef TESTS_WEDGE_XEN_FRONT_NET_DRIVER_H
#define TESTS_WEDGE_XEN_FRONT_NET_DRIVER_H

#include <front/net.h>

/* A driver with memory of its own, not started. */
void driver_new(void);

/* Starts the device with these of the features that it offers. */
void driver_start(uint64_t features);

/* Queues a frame with its header, in descriptors of `piece` bytes; rings the doorbell. */
void driver_send(const struct virtio_net_header *h, const uint8_t *frame, uint32_t length,
		 uint32_t piece);
/* How many frames the device has given back. */
unsigned int driver_sent(void);

/* Gives buffers of `bytes` to receive into; rings. */
void driver_post(unsigned int count, uint32_t bytes);

/* The next received frame, its length; 0 if there is none. */
uint32_t driver_receive(struct virtio_net_header *h, uint8_t *frame);

/* Writes into its rings what no driver should, but for a few things that are right; rings. */
void driver_scribble(void);

/* Resets the device; does not start it again. */
void driver_reset(void);

#endif /* TESTS_WEDGE_XEN_FRONT_NET_DRIVER_H */
