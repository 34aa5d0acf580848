/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_net.h - a virtio network device (Virtual I/O Device (VIRTIO) Version 1.2, section 5.1):
 * frames in both directions, with checksums and large TCP frames as far as the medium has them.
 *
 * Frames are copied by the medium when they are sent, and by this file when they are received, so
 * neither side waits for the other. A frame that the specification does not allow is dropped.
 *
 * Invariant: the medium gets frames of VIRTIO_NET_FRAME_MIN to VIRTIO_NET_FRAME_MAX bytes, whose
 * header asks for nothing that the driver has not accepted and that lies outside of the frame.
 */
#ifndef WEDGE_DEV_VIRTIO_NET_H
#define WEDGE_DEV_VIRTIO_NET_H

#include <stdbool.h>
#include <stdint.h>

#include <wedge/dev/virtio_buffer.h>
#include <wedge/dev/virtio_queue.h>
#include <wedge/dev/virtio_server.h>

enum { VIRTIO_NET_FRAME_MIN = 14, VIRTIO_NET_FRAME_MAX = 65535 + 14, VIRTIO_NET_ADDRESS = 6 };
enum { VIRTIO_NET_SEGMENTS = 20 }; /* of a received frame, at most */

/* Features that depend on the medium (5.1.3). */
#define VIRTIO_NET_CSUM	      (UINT64_C(1) << 0)
#define VIRTIO_NET_GUEST_CSUM (UINT64_C(1) << 1)
#define VIRTIO_NET_GUEST_TSO4 (UINT64_C(1) << 7)
#define VIRTIO_NET_GUEST_TSO6 (UINT64_C(1) << 8)
#define VIRTIO_NET_HOST_TSO4  (UINT64_C(1) << 11)
#define VIRTIO_NET_HOST_TSO6  (UINT64_C(1) << 12)

enum { VIRTIO_NET_NEEDS_CSUM = 1, VIRTIO_NET_DATA_VALID = 2 }; /* `flags` below */
enum { VIRTIO_NET_GSO_NONE = 0, VIRTIO_NET_GSO_TCPV4 = 1, VIRTIO_NET_GSO_TCPV6 = 4 };

/* What goes with each frame (5.1.6). */
struct virtio_net_header {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t header_length;
	uint16_t gso_size;
	uint16_t csum_start;
	uint16_t csum_offset;
	uint16_t buffers;
};

struct virtio_net {
	unsigned net; /* names it to dev_host_net_*() */
	uint8_t address[VIRTIO_NET_ADDRESS];
	bool link;	   /* is up */
	uint64_t features; /* of the above, those that the medium has */
	uint16_t mtu;	   /* bytes that a frame may have behind its header; 0: not said */

	/* net.c's own, zero at first. */
	bool waits; /* the frame below has been refused by the medium, and is kept */
	struct virtio_chain sent;
	struct virtio_net_header header;
	struct virtio_buffer frame;	 /* of `sent`, behind the header */
	struct virtio_chain first, next; /* buffers for a frame that is received */
	struct virtio_given given[VIRTIO_QUEUE_SIZE_MAX];
};

/* What a driver sees of this device. */
void virtio_net_identity(const struct virtio_net *n, struct virtio_identity *identity);

/* Tells the driver that `link` is another now. */
void virtio_net_show_link(const struct virtio_net *n, struct virtio_server *s);

/*
 * Sends what is in the queue, until it is empty, the medium has no room, or the driver resets the
 * device. Call it when virtio_server_follow() has returned true, and when the medium has room
 * again. On return the driver rings for the next frame, unless one waits for room.
 */
void virtio_net_serve(struct virtio_net *n, struct virtio_server *s);

/*
 * Gives the driver a frame, which is copied. False: it has no buffers for it now, and rings when it
 * has; the medium keeps the frame. A frame that the driver can never take is dropped: true.
 */
bool virtio_net_receive(struct virtio_net *n, struct virtio_server *s,
			const struct virtio_net_header *h, const struct virtio_segment *frame,
			unsigned count);

/* The driver has reset the device, virtio_server_follow() has returned false. */
void virtio_net_forget(struct virtio_net *n);

/* ---- what the program defines that links net.c ---- */

/*
 * Takes a frame, by copying it, or drops it: true. False: there is no room for it now; the medium
 * calls virtio_net_serve() when there is.
 */
bool dev_host_net_send(unsigned net, const struct virtio_net_header *h,
		       const struct virtio_segment *frame, unsigned count);

/* No more frames come for now: those taken may be on their way. */
void dev_host_net_push(unsigned net);

#endif
