/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_balloon_pages.h - a virtio balloon device (Virtual I/O Device (VIRTIO) Version 1.2,
 * section 5.5) that asks its driver for pages and gives them back. The other one, to which a driver
 * reports what it does not use, is virtio_balloon.h.
 *
 * The driver says how many pages it gives; this file asks for a number and can only wait. Pages
 * that the driver wants back may take their time: it does not use them before its chain comes back.
 *
 * Invariant: nothing is taken from a driver that would use pages of the balloon without saying so
 * (VIRTIO_BALLOON_F_MUST_TELL_HOST).
 */
#ifndef WEDGE_DEV_VIRTIO_BALLOON_PAGES_H
#define WEDGE_DEV_VIRTIO_BALLOON_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include <wedge/dev/virtio_buffer.h>
#include <wedge/dev/virtio_queue.h>
#include <wedge/dev/virtio_server.h>

/* Pages that dev_host_balloon_*() get in one call, at most: as many as Linux puts into a chain. */
enum { VIRTIO_BALLOON_PIECE = 256 };

struct virtio_balloon_pages {
	struct virtio_server *server;
	struct virtio_chain given;  /* the one at work, of pages that the driver gives */
	struct virtio_chain wanted; /* the same, of pages that it wants back */
	bool waits;		    /* not all of these are back yet */
	struct virtio_buffer rest;  /* of `wanted`: what is not in `page` yet */
	uint32_t page[VIRTIO_BALLOON_PIECE];
	unsigned pages, done; /* how many these are, and how many of them are back */
};

/* What a driver sees of this device, which asks for nothing yet. */
void virtio_balloon_pages_identity(struct virtio_identity *identity);

/* So many pages of 4 KiB are to be in the balloon: tells the driver. */
void virtio_balloon_pages_ask(struct virtio_server *s, uint32_t pages);

/*
 * Serves both queues. Call it when virtio_server_follow() has returned true, and later again while
 * `waits`.
 */
void virtio_balloon_pages_serve(struct virtio_balloon_pages *b, struct virtio_server *s);

/*
 * The driver has reset the device: the chains at work are dropped. What is in the balloon is the
 * host's affair.
 */
void virtio_balloon_pages_forget(struct virtio_balloon_pages *b);

/* ---- what the program defines that links balloon_pages.c ---- */

/*
 * The driver gives pages, named by their guest-physical numbers, any number: from now on it does
 * not use them. False: one of them is not its to give, and none was taken.
 */
bool dev_host_balloon_take(const uint32_t *pages, unsigned count);

/*
 * The driver wants pages back: how many of them, from the first on, may be used again; their
 * content is undefined. The others are asked for later. Negative: one of them was not given.
 */
int dev_host_balloon_return(const uint32_t *pages, unsigned count);

#endif
