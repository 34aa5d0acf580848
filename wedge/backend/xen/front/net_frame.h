/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_frame.h - what Xen's network devices and virtio's say differently about a frame: Xen's say
 * that a checksum is missing, virtio's also where (RFC 791, 8200, 768, 9293).
 *
 * Frames come from either side and are not trusted.
 *
 * Invariant: nothing outside of the segments is touched.
 */
#ifndef WEDGE_BACKEND_XEN_FRONT_NET_FRAME_H
#define WEDGE_BACKEND_XEN_FRONT_NET_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include <wedge/dev/virtio_queue.h>

/* Where the checksum of a TCP or UDP packet is. */
struct net_transport {
	uint8_t version;   /* of IP: 4 or 6 */
	bool tcp;	   /* and not UDP */
	uint16_t start;	   /* of its header, from the frame's beginning */
	uint16_t checksum; /* from there */
	uint16_t payload;  /* behind its header, from the frame's beginning; TCP only */
};

/* False: the frame is no such packet, or a fragment of one, or has other headers in between. */
bool net_frame_transport(const struct virtio_segment *frame, unsigned int count,
			 struct net_transport *t);

/*
 * Completes a checksum: the sum of all from `start` on, which has the sum of the pseudo-header in
 * its place already, is written `offset` behind. False if that place is not in the frame.
 */
bool net_frame_complete(const struct virtio_segment *frame, unsigned int count, uint32_t start,
			uint32_t offset);

#endif /* WEDGE_BACKEND_XEN_FRONT_NET_FRAME_H */
