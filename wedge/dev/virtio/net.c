/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.c - a virtio network device (Virtual I/O Device (VIRTIO) Version 1.2, section 5.1.6): each
 * frame has a header in front, and both are cut into descriptors anyhow (2.7.4).
 *
 * Invariant: the buffers of a received frame are given back all at once, or stay the driver's.
 */
#include <stddef.h>

#include <wedge/dev/virtio_net.h>
#include <wedge/lib.h>

/* Features that do not depend on the medium (5.1.3). */
#define MTU	  (UINT64_C(1) << 3)
#define MAC	  (UINT64_C(1) << 5)
#define MRG_RXBUF (UINT64_C(1) << 15)
#define STATUS	  (UINT64_C(1) << 16)

#define OF_MEDIUM                                                                                  \
	(VIRTIO_NET_CSUM | VIRTIO_NET_GUEST_CSUM | VIRTIO_NET_GUEST_TSO4 | VIRTIO_NET_GUEST_TSO6 | \
	 VIRTIO_NET_HOST_TSO4 | VIRTIO_NET_HOST_TSO6)

enum { TYPE_NET = 1, PCI_NET = 0x1000, PCI_ETHERNET = 0x020000 };
enum { LINK_UP = 1 };			  /* of `status` below */
enum { QUEUE_RECEIVE, QUEUE_TRANSMIT };	  /* 5.1.2 */
enum { LEGACY_HEADER = 10, HEADER = 12 }; /* bytes; 5.1.6.1 */

/* The device configuration (5.1.4), as far as the features above go. */
struct config {
	uint8_t mac[VIRTIO_NET_ADDRESS];
	uint16_t status;
	uint16_t max_virtqueue_pairs;
	uint16_t mtu;
};

_Static_assert(sizeof(struct config) == 12, "the structure of 5.1.4 has no holes");
_Static_assert(sizeof(struct virtio_net_header) == HEADER, "nor has this");

void virtio_net_identity(const struct virtio_net *n, struct virtio_identity *identity)
{
	struct config config = {.status = n->link ? LINK_UP : 0, .mtu = n->mtu};

	memcpy(config.mac, n->address, sizeof(config.mac));
	*identity = (struct virtio_identity){
		.type = TYPE_NET,
		.pci_device = PCI_NET,
		.pci_class = PCI_ETHERNET,
		.features = (n->features & OF_MEDIUM) | (n->mtu ? MTU : 0) | MAC | STATUS |
			    MRG_RXBUF | VIRTIO_FEATURE_INDIRECT | VIRTIO_FEATURE_EVENT_INDEX |
			    VIRTIO_FEATURE_VERSION_1,
		.queues = 2,
		.queue_size = VIRTIO_QUEUE_SIZE_MAX,
		.config_bytes = sizeof(config),
	};
	memcpy(identity->config, &config, sizeof(config));
}

void virtio_net_show_link(const struct virtio_net *n, struct virtio_server *s)
{
	uint16_t status = n->link ? LINK_UP : 0;

	virtio_server_configure(s, offsetof(struct config, status), &status, sizeof(status));
}

static uint32_t header_bytes(const struct virtio_server *s)
{
	return s->features & (MRG_RXBUF | VIRTIO_FEATURE_VERSION_1) ? HEADER : LEGACY_HEADER;
}

/* ---- to the medium ---- */

static bool has(const struct virtio_server *s, uint64_t feature)
{
	return s->features & feature;
}

/* 5.1.6.2: what the driver may ask for. */
static bool header_is_right(const struct virtio_server *s, const struct virtio_net_header *h,
			    uint64_t length)
{
	bool blank = h->flags & VIRTIO_NET_NEEDS_CSUM;

	if (blank &&
	    (!has(s, VIRTIO_NET_CSUM) || h->csum_start + h->csum_offset + UINT64_C(2) > length))
		return false;
	switch (h->gso_type) {
	case VIRTIO_NET_GSO_NONE:
		return true;
	case VIRTIO_NET_GSO_TCPV4:
		return blank && h->gso_size && has(s, VIRTIO_NET_HOST_TSO4);
	case VIRTIO_NET_GSO_TCPV6:
		return blank && h->gso_size && has(s, VIRTIO_NET_HOST_TSO6);
	default:
		return false;
	}
}

/* The chain just taken: false if it is no frame, which is dropped. */
static bool prepare(struct virtio_net *n, const struct virtio_server *s)
{
	uint32_t bytes = header_bytes(s);
	uint64_t length;

	n->frame = virtio_readable(&n->sent);
	n->header = (struct virtio_net_header){0};
	if (n->sent.readable != n->sent.count || virtio_pull(&n->frame, &n->header, bytes) != bytes)
		return false;
	length = virtio_length(n->frame.segment, n->frame.count);
	return length >= VIRTIO_NET_FRAME_MIN && length <= VIRTIO_NET_FRAME_MAX &&
	       header_is_right(s, &n->header, length);
}

/* Sends the queue's frames; `interrupt`: the driver wants one. False if the queue is broken. */
static bool drain(struct virtio_net *n, struct virtio_server *s, bool *interrupt)
{
	struct virtio_queue *q = &s->queue[QUEUE_TRANSMIT];

	while (virtio_server_runs(s)) {
		bool right = n->waits;

		if (!n->waits) {
			enum virtio_take take = virtio_queue_take(q, &n->sent);

			if (take != VIRTIO_CHAIN)
				return take == VIRTIO_NONE;
			right = prepare(n, s);
		}
		n->waits = right &&
			   !dev_host_net_send(n->net, &n->header, n->frame.segment, n->frame.count);
		if (n->waits)
			return true;
		*interrupt |= virtio_queue_give(q, n->sent.head, 0);
	}
	return true;
}

void virtio_net_serve(struct virtio_net *n, struct virtio_server *s)
{
	struct virtio_queue *q = &s->queue[QUEUE_TRANSMIT];
	bool interrupt = false, right;

	do {
		virtio_queue_hush(q);
		right = drain(n, s, &interrupt);
	} while (right && !n->waits && !virtio_queue_listen(q) && virtio_server_runs(s));
	dev_host_net_push(n->net);
	if (interrupt)
		virtio_server_interrupt(s);
	if (!right)
		virtio_server_break(s);
}

void virtio_net_forget(struct virtio_net *n)
{
	n->waits = false;
}

/* ---- from the medium ---- */

/* A place in the frame and its header, which are one run of bytes. */
struct cursor {
	const struct virtio_segment *segment;
	uint32_t offset;
};

/* Copies up to `size` bytes on from the cursor; `left` are all that there are. How many. */
static uint32_t fill_segment(struct cursor *from, uint8_t *to, uint32_t size, uint64_t left)
{
	uint32_t want = size < left ? size : (uint32_t)left, done = 0;

	while (done < want) {
		uint32_t part = from->segment->length - from->offset;

		if (part > want - done)
			part = want - done;
		memcpy(to + done, from->segment->bytes + from->offset, part);
		done += part;
		from->offset += part;
		if (from->offset == from->segment->length)
			*from = (struct cursor){.segment = from->segment + 1};
	}
	return done;
}

/* Fills a chain's buffers with what is left of the frame; how many bytes. */
static uint32_t fill_chain(struct virtio_chain *chain, struct cursor *from, uint64_t left)
{
	uint32_t done = 0;

	for (unsigned i = chain->readable; i < chain->count && done < left; i++)
		done += fill_segment(from, chain->segment[i].bytes, chain->segment[i].length,
				     left - done);
	return done;
}

/* The driver's buffers begin with the header; how many of them there are is known last. */
static void write_header(struct virtio_chain *chain, const struct virtio_net_header *h,
			 uint32_t bytes)
{
	const struct virtio_segment segment = {(uint8_t *)h, sizeof(*h)};
	struct cursor from = {.segment = &segment};

	fill_chain(chain, &from, bytes);
}

/*
 * Copies header and frame into buffers of the driver, as many as it takes; none if those there are
 * do not suffice. The buffers are as they were then, but for their content.
 */
static enum virtio_take fill_buffers(struct virtio_net *n, struct virtio_queue *q,
				     struct cursor *from, uint64_t length, bool merge,
				     unsigned *count)
{
	struct virtio_chain *chain = &n->first;

	for (*count = 0; length && (!*count || merge); chain = &n->next) {
		enum virtio_take take = *count < VIRTIO_QUEUE_SIZE_MAX
						? virtio_queue_take_or_listen(q, chain)
						: VIRTIO_BROKEN;
		uint32_t written;

		if (take != VIRTIO_CHAIN) {
			virtio_queue_put_back(q, *count);
			*count = 0;
			return take;
		}
		written = fill_chain(chain, from, length);
		n->given[(*count)++] = (struct virtio_given){chain->head, written};
		length -= written;
	}
	/* One buffer, which is too small: the frame is dropped. */
	if (length) {
		virtio_queue_put_back(q, *count);
		*count = 0;
	}
	return VIRTIO_CHAIN;
}

/* Whether the driver takes frames with such a header. */
static bool is_accepted(const struct virtio_server *s, const struct virtio_net_header *h)
{
	if (h->flags & VIRTIO_NET_NEEDS_CSUM && !has(s, VIRTIO_NET_GUEST_CSUM))
		return false;
	if (h->gso_type == VIRTIO_NET_GSO_TCPV4)
		return has(s, VIRTIO_NET_GUEST_TSO4);
	if (h->gso_type == VIRTIO_NET_GSO_TCPV6)
		return has(s, VIRTIO_NET_GUEST_TSO6);
	return h->gso_type == VIRTIO_NET_GSO_NONE;
}

/* Gives the driver the frame behind `header`. */
static enum virtio_take give(struct virtio_net *n, struct virtio_server *s,
			     struct virtio_net_header *header, const struct virtio_segment *frame,
			     unsigned count)
{
	struct virtio_queue *q = &s->queue[QUEUE_RECEIVE];
	uint32_t bytes = header_bytes(s);
	struct virtio_segment all[2 + VIRTIO_NET_SEGMENTS] = {{(uint8_t *)header, bytes}};
	struct cursor from = {.segment = all};
	unsigned buffers;
	enum virtio_take take;

	memcpy(&all[1], frame, count * sizeof(*frame));
	take = fill_buffers(n, q, &from, bytes + virtio_length(frame, count), has(s, MRG_RXBUF),
			    &buffers);
	if (take != VIRTIO_CHAIN || !buffers)
		return take;
	header->buffers = (uint16_t)buffers;
	write_header(&n->first, header, bytes);
	if (virtio_queue_give_all(q, n->given, buffers))
		virtio_server_interrupt(s);
	return VIRTIO_CHAIN;
}

bool virtio_net_receive(struct virtio_net *n, struct virtio_server *s,
			const struct virtio_net_header *h, const struct virtio_segment *frame,
			unsigned count)
{
	struct virtio_net_header header = *h;
	enum virtio_take take;

	if (!virtio_server_runs(s) || !is_accepted(s, h) || count > VIRTIO_NET_SEGMENTS)
		return true;
	if (!has(s, VIRTIO_NET_GUEST_CSUM))
		header.flags = 0;
	take = give(n, s, &header, frame, count);
	if (take == VIRTIO_NONE)
		return false;
	virtio_queue_hush(&s->queue[QUEUE_RECEIVE]);
	if (take == VIRTIO_BROKEN)
		virtio_server_break(s);
	return true;
}
