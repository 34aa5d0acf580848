/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.c - frames of a network device: a frame to be sent is copied into free pages and put into the
 * ring; one that was received waits in its pages until the driver has buffers for it
 * (public/io/netif.h, "Guest transmit", "Guest receive").
 *
 * Invariant: what a response says is checked before it is used: no page is free twice, and no
 * frame reaches outside of its pages. A back end that breaks this is closed.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "../events.h"
#include "front.h"
#include "net.h"
#include "net_frame.h"

static uint8_t *send_page(const struct net_front *f, unsigned int page)
{
	return f->pool + (size_t)page * PAGE;
}

static uint8_t *receive_page(const struct net_front *f, unsigned int page)
{
	return f->pool + (size_t)(NET_PAGES + page) * PAGE;
}

static void break_off(struct net_front *f, const char *why)
{
	wedge_log("network %lu: the back end %s", (unsigned long)f->bus.id, why);
	xenbus_close(&f->bus);
}

/* ---- to the back end ---- */

/* Takes the responses that are there. Each part frees its page; extras have responses of their own.
 */
static void reap(struct net_front *f)
{
	struct netif_tx_response r;
	enum front_ring_take take;

	while (f->live) {
		take = front_ring_take(&f->send, &r, sizeof(r));
		if (take == FRONT_RING_NONE)
			return;
		if (take == FRONT_RING_BROKEN) {
			break_off(f, "has more responses than there were frames");
		} else if (r.status == NETIF_RSP_NULL && f->extras) {
			f->extras--;
		} else if (r.status == NETIF_RSP_NULL || r.id >= NET_PAGES || !f->at_work[r.id]) {
			break_off(f, "answers what was not asked");
		} else {
			f->at_work[r.id] = false;
			f->free_page[f->free_pages++] = (uint8_t)r.id;
		}
	}
}

static bool has_room(const struct net_front *f, unsigned int pages)
{
	return f->free_pages >= pages && front_ring_room(&f->send) > pages;
}

/* Room for a frame of so many pages. If there is none, an event tells of the next response. */
static bool make_room(struct net_front *f, unsigned int pages)
{
	if (has_room(f, pages))
		return true;
	reap(f);
	while (f->live && !has_room(f, pages)) {
		if (front_ring_rest(&f->send))
			return false;
		reap(f);
	}
	return true;
}

/* Copies the frame into free pages, which are the part's of `piece`, all but the last whole. */
static unsigned int copy_frame(struct net_front *f, const struct virtio_segment *frame,
			       unsigned int count, struct virtio_segment *piece)
{
	unsigned int pages = 0;
	uint32_t room = 0;

	for (unsigned int i = 0; i < count; i++) {
		for (uint32_t done = 0, part; done < frame[i].length; done += part) {
			if (!room) {
				unsigned int page = f->free_page[f->free_pages - 1 - pages];

				piece[pages++] = (struct virtio_segment){send_page(f, page), 0};
				room = PAGE;
			}
			part = frame[i].length - done < room ? frame[i].length - done : room;
			memcpy(piece[pages - 1].bytes + piece[pages - 1].length,
			       frame[i].bytes + done, part);
			piece[pages - 1].length += part;
			room -= part;
		}
	}
	return pages;
}

/*
 * The flags of the first request. The back end finds the place of the checksum itself, in packets
 * that it knows; in all others it is completed here. False: that cannot be done.
 */
static bool choose_flags(const struct net_front *f, const struct virtio_net_header *h,
			 const struct virtio_segment *piece, unsigned int pages, uint16_t *flags)
{
	struct net_transport t;
	bool known;

	*flags = 0;
	if (!(h->flags & VIRTIO_NET_NEEDS_CSUM))
		return true;
	known = f->net.features & VIRTIO_NET_CSUM && net_frame_transport(piece, pages, &t) &&
		t.start == h->csum_start && t.checksum == h->csum_offset &&
		(t.version == 4 || f->net.features & VIRTIO_NET_HOST_TSO6);
	if (known) {
		*flags = NETTXF_csum_blank | NETTXF_data_validated;
		return h->gso_type == VIRTIO_NET_GSO_NONE || t.tcp;
	}
	return h->gso_type == VIRTIO_NET_GSO_NONE &&
	       net_frame_complete(piece, pages, h->csum_start, h->csum_offset);
}

static void write_extra(struct net_front *f, const struct virtio_net_header *h)
{
	struct netif_extra_info *e = front_ring_write(&f->send);

	*e = (struct netif_extra_info){
		.type = XEN_NETIF_EXTRA_TYPE_GSO,
		.u.gso.size = h->gso_size,
		.u.gso.type = h->gso_type == VIRTIO_NET_GSO_TCPV4 ? XEN_NETIF_GSO_TYPE_TCPV4
								  : XEN_NETIF_GSO_TYPE_TCPV6,
	};
	f->extras++;
}

static void write_requests(struct net_front *f, const struct virtio_net_header *h,
			   const struct virtio_segment *piece, unsigned int pages, uint32_t length,
			   uint16_t flags)
{
	for (unsigned int i = 0; i < pages; i++) {
		uint8_t page = f->free_page[--f->free_pages];
		struct netif_tx_request *r = front_ring_write(&f->send);
		bool extra = !i && h->gso_type != VIRTIO_NET_GSO_NONE;

		f->at_work[page] = true;
		*r = (struct netif_tx_request){
			.gref = f->grant[page],
			.flags = (uint16_t)((i ? 0 : flags) |
					    (i + 1 < pages ? NETTXF_more_data : 0) |
					    (extra ? NETTXF_extra_info : 0)),
			.id = page,
			.size = (uint16_t)(i ? piece[i].length : length),
		};
		if (extra)
			write_extra(f, h);
	}
}

bool dev_host_net_send(unsigned int net, const struct virtio_net_header *h,
		       const struct virtio_segment *frame, unsigned int count)
{
	struct net_front *f = net_device(net);
	struct virtio_segment piece[NET_FRAME_PAGES];
	uint32_t length = 0;
	unsigned int pages;
	uint16_t flags;

	for (unsigned int i = 0; i < count; i++)
		length += frame[i].length;
	if (!f->live || length > XEN_NETIF_MAX_TX_SIZE)
		return true;
	pages = (length + (uint32_t)PAGE - 1) / (uint32_t)PAGE;
	if (!make_room(f, pages))
		return false;
	if (!f->live)
		return true;
	copy_frame(f, frame, count, piece);
	if (choose_flags(f, h, piece, pages, &flags))
		write_requests(f, h, piece, pages, length, flags);
	return true;
}

void dev_host_net_push(unsigned int net)
{
	struct net_front *f = net_device(net);

	if (f->live && front_ring_push(&f->send))
		events_send(f->port);
}

/* ---- from the back end ---- */

static void post(struct net_front *f, uint8_t page)
{
	unsigned int entry = f->receive.written % NET_RING_ENTRIES;
	struct netif_rx_request *r = front_ring_write(&f->receive);

	f->posted[entry] = page;
	*r = (struct netif_rx_request){.id = (uint16_t)entry, .gref = f->grant[NET_PAGES + page]};
}

static void push_receive(struct net_front *f)
{
	if (f->live && front_ring_push(&f->receive))
		events_send(f->port);
}

void net_empty(struct net_front *f)
{
	front_ring_start(&f->send, f->ring_page[0], PAGE, sizeof(struct netif_tx_request));
	front_ring_start(&f->receive, f->ring_page[1], PAGE, sizeof(struct netif_rx_request));
	memset(f->at_work, 0, sizeof(f->at_work));
	memset(&f->frame, 0, sizeof(f->frame));
	f->extras = 0;
	for (f->free_pages = 0; f->free_pages < NET_PAGES; f->free_pages++)
		f->free_page[f->free_pages] = (uint8_t)f->free_pages;
	for (unsigned int i = 0; i < NET_PAGES; i++)
		post(f, (uint8_t)i);
	front_ring_push(&f->receive);
}

/* More about the first part: the size of the segments that a large frame is to be cut into. */
static bool take_extra(struct net_received *n, const struct netif_rx_response *r)
{
	struct netif_extra_info e;

	memcpy(&e, r, sizeof(e));
	n->extra = e.flags & XEN_NETIF_EXTRA_FLAG_MORE;
	if (e.type != XEN_NETIF_EXTRA_TYPE_GSO || n->gso_type || !e.u.gso.size)
		return false;
	if (e.u.gso.type != XEN_NETIF_GSO_TYPE_TCPV4 && e.u.gso.type != XEN_NETIF_GSO_TYPE_TCPV6)
		return false;
	n->gso_type = e.u.gso.type;
	n->gso_size = e.u.gso.size;
	n->complete = !n->extra && !(n->flags & NETRXF_more_data);
	return true;
}

static bool take_part(struct net_front *f, struct net_received *n, uint8_t page,
		      const struct netif_rx_response *r)
{
	if (r->status < 0) {
		n->wrong = true;
	} else if (r->offset + (uint32_t)r->status > PAGE ||
		   n->parts == sizeof(n->part) / sizeof(n->part[0])) {
		return false;
	} else if (r->status) {
		n->part[n->parts++] = (struct virtio_segment){receive_page(f, page) + r->offset,
							      (uint32_t)r->status};
	}
	/* Of the flags of later parts only the one for one more part has a meaning. */
	if (!n->begun) {
		n->begun = true;
		n->flags = r->flags;
		n->extra = r->flags & NETRXF_extra_info;
	} else {
		n->flags =
			(uint16_t)((n->flags & ~NETRXF_more_data) | (r->flags & NETRXF_more_data));
	}
	n->complete = !n->extra && !(n->flags & NETRXF_more_data);
	return true;
}

/* Takes responses until a frame is complete; false if there is none now. */
static bool collect(struct net_front *f)
{
	struct net_received *n = &f->frame;

	while (!n->complete) {
		unsigned int entry = f->receive.taken % NET_RING_ENTRIES;
		struct netif_rx_response r;
		enum front_ring_take take = front_ring_take(&f->receive, &r, sizeof(r));

		if (take == FRONT_RING_NONE)
			return false;
		if (take == FRONT_RING_BROKEN || n->pages == sizeof(n->page)) {
			break_off(f, "brings more than there is room for");
			return false;
		}
		n->page[n->pages++] = f->posted[entry];
		if (n->begun && n->extra ? !take_extra(n, &r)
					 : !take_part(f, n, f->posted[entry], &r)) {
			break_off(f, "brings a frame that cannot be");
			return false;
		}
	}
	return true;
}

/* What virtio says of the frame at hand; false if it must be dropped. */
static bool describe(const struct net_front *f, struct virtio_net_header *h)
{
	const struct net_received *n = &f->frame;
	struct net_transport t;

	*h = (struct virtio_net_header){0};
	if (n->wrong || !n->parts)
		return false;
	if (!(n->flags & NETRXF_csum_blank)) {
		h->flags = n->flags & NETRXF_data_validated ? VIRTIO_NET_DATA_VALID : 0;
		return !n->gso_type;
	}
	if (!net_frame_transport(n->part, n->parts, &t))
		return false;
	if (!(f->server.features & VIRTIO_NET_GUEST_CSUM) && !n->gso_type)
		return net_frame_complete(n->part, n->parts, t.start, t.checksum);
	h->flags = VIRTIO_NET_NEEDS_CSUM;
	h->csum_start = t.start;
	h->csum_offset = t.checksum;
	if (!n->gso_type)
		return true;
	h->gso_type = t.version == 4 ? VIRTIO_NET_GSO_TCPV4 : VIRTIO_NET_GSO_TCPV6;
	h->gso_size = n->gso_size;
	h->header_length = t.payload;
	return t.tcp && t.version == (n->gso_type == XEN_NETIF_GSO_TYPE_TCPV4 ? 4 : 6);
}

/* Gives the frame at hand to the driver; false if that has no buffers for it. */
static bool deliver(struct net_front *f)
{
	struct net_received *n = &f->frame;
	struct virtio_net_header h;

	if (f->server.active && describe(f, &h) &&
	    !virtio_net_receive(&f->net, &f->server, &h, n->part, n->parts))
		return false;
	for (unsigned int i = 0; i < n->pages; i++)
		post(f, n->page[i]);
	memset(n, 0, offsetof(struct net_received, part));
	n->pages = 0;
	return true;
}

/* All frames that are there, as long as the driver has buffers. */
static void receive(struct net_front *f)
{
	do {
		while (f->live && collect(f))
			if (!deliver(f)) {
				push_receive(f);
				return;
			}
		push_receive(f);
	} while (f->live && !front_ring_rest(&f->receive));
}

static void serve(struct net_front *f)
{
	if (virtio_server_follow(&f->server))
		virtio_net_serve(&f->net, &f->server);
	else
		virtio_net_forget(&f->net);
}

void net_doorbell(struct net_front *f)
{
	serve(f);
	receive(f);
}

void net_event(struct vcpu *v, void *who)
{
	struct net_front *f = who;

	reap(f);
	if (f->net.waits)
		serve(f);
	receive(f);
	front_interrupt(v);
}
