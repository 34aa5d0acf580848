/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.h - a network device whose frames another domain takes and brings (public/io/netif.h), behind
 * a virtio device (dev/virtio_net.h): net.c moves frames, net_life.c begins and ends.
 *
 * Frames are copied into and out of pages that stay granted, so the back end reaches no memory of
 * the guest's, and its responses decide only which of these pages is free.
 *
 * Invariant: while `live`, each page for sending is free or in a request without response, and each
 * page for receiving is in a request without response or in the frame at hand.
 */
#ifndef WEDGE_BACKEND_XEN_FRONT_NET_H
#define WEDGE_BACKEND_XEN_FRONT_NET_H

#include <wedge/dev/virtio_net.h>
#include <wedge/dev/virtio_server.h>
#include "grant.h"
#include "ring.h"
#include "xenbus.h"
#include <xen/io/netif.h>

/*
 * Pages of a device, of either direction, no more than a ring of one page has entries; and those of
 * a frame, beside which a ring's entries hold one with what large TCP frames have in addition.
 */
enum { NET_PAGES = 128, NET_FRAME_PAGES = 17, NET_RING_ENTRIES = 256 };

/* A frame on its way from the ring to the driver. */
struct net_received {
	bool begun;    /* the first part was taken */
	bool complete; /* the last one, too */
	bool wrong;    /* the back end has had an error with it */
	bool extra;    /* the next response is no part, but says more about the first */
	uint16_t flags, gso_size;
	uint8_t gso_type; /* XEN_NETIF_GSO_TYPE_* */
	unsigned int parts;
	struct virtio_segment part[NET_FRAME_PAGES + 1];
	unsigned int pages; /* to be given to the back end again */
	uint8_t page[NET_FRAME_PAGES + 4];
};

struct net_front {
	struct xenbus_device bus;
	struct virtio_net net;
	struct virtio_server server;
	bool known;	    /* address and features are those of a device */
	bool shown;	    /* the guest has it */
	bool live;	    /* the back end is connected */
	bool stuck;	    /* the back end still maps pages of one that is over */
	evtchn_port_t port; /* 0: none */
	uint8_t *pool;	    /* NET_PAGES to send, then as many to receive */
	grant_ref_t grant[2 * NET_PAGES];
	void *ring_page[2];
	grant_ref_t ring_grant[2]; /* as above: to send, to receive */

	struct front_ring send;
	uint8_t free_page[NET_PAGES];
	unsigned int free_pages;
	bool at_work[NET_PAGES];
	unsigned int extras; /* requests that are no parts of frames, without response */

	struct front_ring receive;
	uint8_t posted[NET_RING_ENTRIES]; /* the page of each entry */
	struct net_received frame;
};

/* ---- net_life.c ---- */

/* Begins to look for devices, and whether all those of the start are there or never will be. */
void net_start(void);
bool net_settled(void);

/* How many there are for the guest, and each of them. */
unsigned int net_devices(void);
struct net_front *net_device(unsigned int number);

/*
 * Makes it the guest's virtio device of that number, of which it fills in the description. From the
 * first call on no other device can come.
 */
void net_show(struct net_front *f, unsigned int device, struct virtio_identity *identity,
	      struct virtio_shared *shared);

/* ---- net.c ---- */

/* Both rings empty, all pages free; then pages to receive into are posted. */
void net_empty(struct net_front *f);

/* The event channel's handler. */
void net_event(struct vcpu *v, void *who);

/* The driver has rung. */
void net_doorbell(struct net_front *f);

#endif /* WEDGE_BACKEND_XEN_FRONT_NET_H */
