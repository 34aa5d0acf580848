/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * front.h - the front ends of this domain, and the virtio devices that the guest sees of them.
 *
 * Each virtio device is a place for a disk. Those that the domain has at its start are there in the
 * order of their numbers, and behind them is room for some more that come while it runs: a disk
 * that is not there has no sectors, and one that comes is a change of its configuration. Behind
 * these are the networks of the start (net_life.c), and the balloon.
 *
 * Invariant: which devices the guest has never changes once it runs.
 */
#ifndef WEDGE_BACKEND_XEN_FRONT_FRONT_H
#define WEDGE_BACKEND_XEN_FRONT_FRONT_H

#include "../xen.h"

struct block_front;

/* The disk that is this virtio device. */
struct block_front *front_disk(unsigned int device);

/* The disk's configuration may be another than before. */
void front_changed(unsigned int device);

/* Something is at work from now on: have front_timer() called now and then. */
void front_watch_time(void);

/* ---- balloon.c ---- */

/* The balloon is shown to the guest as this device. */
struct virtio_identity;
struct virtio_shared;
void balloon_show(unsigned int device, struct virtio_identity *identity,
		  struct virtio_shared *shared);

/* Listens to how large the balloon is to be; behind balloon_show(), when the machine is there. */
void balloon_start(void);

/* The driver has rung. */
void balloon_doorbell(void);

/* Time has passed (front_timer()): true if something waits for more of it. */
bool balloon_check(void);

/* ---- control.c ---- */

/*
 * Listens to what the tool stack wants of the domain. Nothing is heard before the next event of the
 * store, which needs a machine with a keyboard.
 */
void control_start(void);

#endif /* WEDGE_BACKEND_XEN_FRONT_FRONT_H */
