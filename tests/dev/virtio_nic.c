/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_nic.c - see virtio_nic.h.
 *
 * Invariant: the medium believes nothing of a frame before it has checked it.
 */
#include "virtio_nic.h"
#include "virtio_rings.h"

#include <string.h>

struct nic nic;

/* Where the rings of the queues are. */
static const struct {
	uint64_t descriptors, available, used;
} place[] = {
	[NIC_RECEIVE] = {RINGS_DESCRIPTORS, RINGS_AVAILABLE, RINGS_USED},
	[NIC_TRANSMIT] = {0x10000, 0x12000, 0x13000},
};

void nic_new(uint16_t size, uint64_t medium)
{
	rings_new(size);
	memset(&nic, 0, sizeof(nic));
	nic.room = NIC_ROOM;
	nic.net = (struct virtio_net){
		.net = NIC_NUMBER,
		.address = {0x52, 0x54, 0, 0xab, 0xcd, 0xef},
		.link = true,
		.features = medium,
	};
	virtio_net_identity(&nic.net, &nic.identity);
	virtio_server_init(&nic.server, 0, &nic.identity, &nic.shared);
}

void nic_reset(void)
{
	nic.shared.run = 0;
	assert_false(virtio_server_follow(&nic.server));
	virtio_net_forget(&nic.net);
}

int nic_setup(void **state)
{
	(void)state;
	nic_new(NIC_SIZE, NIC_MEDIUM);
	nic_start(NIC_BIT(VIRTIO_RING_F_EVENT_IDX));
	return 0;
}

void nic_restart(uint64_t but)
{
	nic_reset();
	nic_start(NIC_BIT(VIRTIO_RING_F_EVENT_IDX) | but);
}

void nic_start(uint64_t but)
{
	for (unsigned i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
		memset(nic_available(i), 0, 0x1000);
		memset(nic_used(i), 0, 0x1000);
		nic.shared.queue[i] = (struct virtio_ring){
			.descriptors = place[i].descriptors,
			.driver = place[i].available,
			.device = place[i].used,
			.size = rings.size,
			.enabled = 1,
		};
	}
	nic.shared.features = nic.identity.features & ~but;
	nic.shared.run = 1;
	assert_true(virtio_server_follow(&nic.server));
}

void nic_describe(unsigned queue, uint16_t index, uint64_t address, uint32_t length, uint16_t flags,
		  uint16_t next)
{
	rings_describe_in(place[queue].descriptors, index, address, length, flags, next);
}

void nic_offer(unsigned queue, uint16_t head)
{
	struct vring_avail *available = nic_available(queue);

	available->ring[available->idx % rings.size] = head;
	available->idx++;
}

struct vring_avail *nic_available(unsigned queue)
{
	return rings_at(place[queue].available);
}

struct vring_used *nic_used(unsigned queue)
{
	return rings_at(place[queue].used);
}

uint16_t *nic_used_event(unsigned queue)
{
	return &nic_available(queue)->ring[rings.size];
}

uint16_t *nic_avail_event(unsigned queue)
{
	return (uint16_t *)&nic_used(queue)->ring[rings.size];
}

uint64_t nic_descriptors(unsigned queue)
{
	return place[queue].descriptors;
}

/* ---- the medium ---- */

/* 5.1.6.2: what a header may ask for, by the features that the driver has accepted. */
static void check_header(const struct virtio_net_header *h, uint64_t length)
{
	uint64_t accepted = nic.server.features;

	if (h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		assert_true(accepted & NIC_BIT(VIRTIO_NET_F_CSUM));
		assert_in_range(UINT64_C(0) + h->csum_start + h->csum_offset, 0, length - 2);
	}
	if (h->gso_type == VIRTIO_NET_HDR_GSO_NONE)
		return;
	assert_true(h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
	assert_int_not_equal(h->gso_size, 0);
	if (h->gso_type == VIRTIO_NET_HDR_GSO_TCPV4)
		assert_true(accepted & NIC_BIT(VIRTIO_NET_F_HOST_TSO4));
	else if (h->gso_type == VIRTIO_NET_HDR_GSO_TCPV6)
		assert_true(accepted & NIC_BIT(VIRTIO_NET_F_HOST_TSO6));
	else
		fail_msg("a medium knows no frame of type %u", h->gso_type);
}

bool dev_host_net_send(unsigned net, const struct virtio_net_header *h,
		       const struct virtio_segment *frame, unsigned count)
{
	uint64_t length = 0;

	assert_int_equal(net, NIC_NUMBER);
	for (unsigned i = 0; i < count; i++) {
		assert_int_not_equal(frame[i].length, 0);
		length += frame[i].length;
	}
	assert_in_range(length, 14, sizeof(nic.frame));
	check_header(h, length);
	if (!nic.room) {
		nic.refused++;
		return false;
	}
	nic.room--;
	nic.sent++;
	nic.header = *h;
	nic.length = 0;
	for (unsigned i = 0; i < count; i++) {
		memcpy(nic.frame + nic.length, frame[i].bytes, frame[i].length);
		nic.length += frame[i].length;
	}
	return true;
}

void dev_host_net_push(unsigned net)
{
	assert_int_equal(net, NIC_NUMBER);
	nic.pushes++;
}
