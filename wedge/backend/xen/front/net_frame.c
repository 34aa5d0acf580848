/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_frame.c - see net_frame.h.
 *
 * Invariant: headers are looked at in a copy, so they cannot change meanwhile.
 */
#include <wedge/lib.h>
#include "net_frame.h"

enum {
	ETHERNET = 14, /* bytes of its header; the type is in the last two */
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	IPV6 = 40, /* bytes of its header without extensions */
	TCP = 6,
	UDP = 17,
	HEADERS = ETHERNET + 60 + 20, /* the most that is looked at: IPv4's and TCP's */
};

/* The first bytes of a frame, at most HEADERS; how many there are. */
static uint32_t copy_headers(const struct virtio_segment *frame, unsigned int count, uint8_t *to)
{
	uint32_t done = 0;

	for (unsigned int i = 0; i < count && done < HEADERS; i++) {
		uint32_t part = frame[i].length;

		if (part > HEADERS - done)
			part = HEADERS - done;
		memcpy(to + done, frame[i].bytes, part);
		done += part;
	}
	/* The compiler must not read the frame again in place of the copy. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return done;
}

static uint16_t big_endian(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* The protocol behind an IPv4 header of a packet that is no fragment; 0 if it is none. */
static uint8_t enter_ipv4(const uint8_t *ip, uint32_t size, struct net_transport *t)
{
	uint32_t header = size ? (ip[0] & 15) * 4u : 0;

	if (header < 20 || header > size || ip[0] >> 4 != 4 || big_endian(ip + 6) & 0x3fff)
		return 0;
	t->version = 4;
	t->start = (uint16_t)(ETHERNET + header);
	return ip[9];
}

static uint8_t enter_ipv6(const uint8_t *ip, uint32_t size, struct net_transport *t)
{
	if (size < IPV6 || ip[0] >> 4 != 6)
		return 0;
	t->version = 6;
	t->start = ETHERNET + IPV6;
	return ip[6];
}

bool net_frame_transport(const struct virtio_segment *frame, unsigned int count,
			 struct net_transport *t)
{
	uint8_t headers[HEADERS];
	uint32_t size = copy_headers(frame, count, headers), behind;
	uint8_t protocol = 0;

	if (size < ETHERNET)
		return false;
	if (big_endian(headers + 12) == TYPE_IPV4)
		protocol = enter_ipv4(headers + ETHERNET, size - ETHERNET, t);
	else if (big_endian(headers + 12) == TYPE_IPV6)
		protocol = enter_ipv6(headers + ETHERNET, size - ETHERNET, t);
	if (protocol != TCP && protocol != UDP)
		return false;
	t->tcp = protocol == TCP;
	t->checksum = t->tcp ? 16 : 6;
	behind = t->start + (t->tcp ? 20u : 8u);
	if (behind > size)
		return false;
	t->payload = (uint16_t)(t->start + (t->tcp ? (headers[t->start + 12] >> 4) * 4u : 8u));
	return t->payload >= behind;
}

/* ---- checksums (RFC 1071) ---- */

/* Adds bytes, of which the first is at an odd place if `odd`, to a sum of words. */
static uint64_t add_bytes(uint64_t sum, const uint8_t *bytes, uint32_t count, bool odd)
{
	uint32_t i = 0;

	if (odd && count)
		sum += bytes[i++];
	for (; i + 1 < count; i += 2)
		sum += big_endian(bytes + i);
	return i < count ? sum + ((uint64_t)bytes[i] << 8) : sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint8_t *byte_at(const struct virtio_segment *frame, unsigned int count, uint32_t at)
{
	for (unsigned int i = 0; i < count; i++) {
		if (at < frame[i].length)
			return frame[i].bytes + at;
		at -= frame[i].length;
	}
	return NULL;
}

/* 0 and 0xffff are the same sum, and UDP has no checksum where it is 0. */
bool net_frame_complete(const struct virtio_segment *frame, unsigned int count, uint32_t start,
			uint32_t offset)
{
	uint8_t *high = byte_at(frame, count, start + offset);
	uint8_t *low = byte_at(frame, count, start + offset + 1);
	uint32_t at = 0;
	uint64_t sum = 0;
	uint16_t result;

	if (!high || !low)
		return false;
	for (unsigned int i = 0; i < count; at += frame[i++].length) {
		uint32_t skip = start > at ? start - at : 0;

		if (skip < frame[i].length)
			sum = add_bytes(sum, frame[i].bytes + skip, frame[i].length - skip,
					(at + skip - start) & 1);
	}
	result = (uint16_t)~fold(sum);
	if (!result)
		result = 0xffff;
	*high = (uint8_t)(result >> 8);
	*low = (uint8_t)result;
	return true;
}
