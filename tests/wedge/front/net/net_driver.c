/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_driver.c - see net_driver.h.
 *
 * Invariant: guest memory is one allocation, so that the address sanitizer sees its end.
 */
#include <stdlib.h>
#include <linux/virtio_ring.h>

#include "net_driver.h"
#include "netback.h"

enum {
	QUEUE_ENTRIES = 256,
	QUEUE = 0x4000, /* bytes from one queue's rings to the next one's */
	DATA = 0x10000,
	BUFFERS = 0x200000,
	MEMORY = 0x800000,
};

static uint8_t *memory;
static uint16_t taken;	      /* used entries of received frames that the driver has seen */
static uint32_t buffer_bytes; /* of each buffer to receive into */

void driver_new(void)
{
	free(memory);
	memory = calloc(1, MEMORY);
	assert_non_null(memory);
	taken = 0;
}

void *dev_host_memory(uint64_t address, uint64_t size)
{
	return address <= MEMORY && size <= MEMORY - address ? memory + address : NULL;
}

void driver_start(uint64_t features)
{
	back.shared.features = back.identity.features & features;
	for (unsigned int i = 0; i < 2; i++)
		back.shared.queue[i] = (struct virtio_ring){
			.descriptors = i * QUEUE,
			.driver = i * QUEUE + 0x2000,
			.device = i * QUEUE + 0x3000,
			.size = QUEUE_ENTRIES,
			.enabled = 1,
		};
	back.shared.run = 1;
	net_doorbell(back.f);
	assert_true(back.shared.serving);
}

static struct vring_desc *descriptors(unsigned int queue)
{
	return (void *)(memory + queue * QUEUE);
}

static struct vring_avail *available(unsigned int queue)
{
	return (void *)(memory + queue * QUEUE + 0x2000);
}

static struct vring_used *used(unsigned int queue)
{
	return (void *)(memory + queue * QUEUE + 0x3000);
}

static void offer(unsigned int queue, uint16_t head)
{
	available(queue)->ring[available(queue)->idx % QUEUE_ENTRIES] = head;
	available(queue)->idx++;
}

void driver_send(const struct virtio_net_header *h, const uint8_t *frame, uint32_t length,
		 uint32_t piece)
{
	static uint16_t next;
	uint16_t head = next;
	uint32_t all = length + sizeof(*h);
	uint8_t *data = memory + DATA;

	memcpy(data, h, sizeof(*h));
	memcpy(data + sizeof(*h), frame, length);
	for (uint32_t done = 0; done < all; done += piece, next = (next + 1) % QUEUE_ENTRIES)
		descriptors(1)[next] = (struct vring_desc){
			.addr = DATA + done,
			.len = all - done < piece ? all - done : piece,
			.flags = all - done > piece ? VRING_DESC_F_NEXT : 0,
			.next = (next + 1) % QUEUE_ENTRIES,
		};
	offer(1, head);
	net_doorbell(back.f);
}

unsigned int driver_sent(void)
{
	return used(1)->idx;
}

void driver_post(unsigned int count, uint32_t bytes)
{
	static uint16_t next;

	buffer_bytes = bytes;
	while (count--) {
		descriptors(0)[next] = (struct vring_desc){
			.addr = BUFFERS + next * 0x4000u,
			.len = bytes,
			.flags = VRING_DESC_F_WRITE,
		};
		offer(0, next);
		next = (next + 1) % QUEUE_ENTRIES;
	}
	net_doorbell(back.f);
}

uint32_t driver_receive(struct virtio_net_header *h, uint8_t *frame)
{
	uint32_t length = 0, buffers = 1;

	for (uint32_t i = 0; i < buffers; i++) {
		struct vring_used_elem *e = &used(0)->ring[taken % QUEUE_ENTRIES];
		const uint8_t *from;
		uint32_t bytes;

		if (taken == used(0)->idx)
			return 0;
		from = memory + descriptors(0)[e->id].addr;
		bytes = e->len;
		assert_true(bytes <= buffer_bytes);
		if (!i) {
			memcpy(h, from, sizeof(*h));
			buffers = h->buffers;
			from += sizeof(*h);
			bytes -= (uint32_t)sizeof(*h);
		}
		memcpy(frame + length, from, bytes);
		length += bytes;
		taken++;
	}
	return length;
}

/* Most are right: to be read or written as the queue's are, and without a next one. */
static void scribble_descriptor(struct vring_desc *d, unsigned int queue)
{
	static const uint32_t lengths[] = {1,	  12, 100,	  1000,	     1526,
					   70000, 0,  0x7fffffff, 0xffffffff};

	*d = (struct vring_desc){
		.addr = rand() % 64 ? (uint64_t)rand() % MEMORY : (uint64_t)rand() << 33,
		.len = lengths[rand() % (rand() % 256 ? 6 : 9)],
		.flags = (uint16_t)(rand() % 128 ? (queue ? 0 : VRING_DESC_F_WRITE) : rand() % 8),
		.next = (uint16_t)(rand() % (rand() % 1024 ? QUEUE_ENTRIES : 0x10000)),
	};
}

void driver_scribble(void)
{
	for (unsigned int queue = 0; queue < 2; queue++) {
		struct vring_avail *a = available(queue);

		for (unsigned int i = 0; i < 128; i++) {
			scribble_descriptor(&descriptors(queue)[rand() % QUEUE_ENTRIES], queue);
			a->ring[(a->idx + i) % QUEUE_ENTRIES] =
				(uint16_t)(rand() % (rand() % 1024 ? QUEUE_ENTRIES : 0x10000));
		}
		a->idx = (uint16_t)(a->idx + rand() % (rand() % 256 ? 4 : 0x10000));
		a->flags = (uint16_t)(rand() % 2);
	}
	net_doorbell(back.f);
}

void driver_reset(void)
{
	back.shared.run = 0;
	net_doorbell(back.f);
	assert_false(back.shared.serving);
	memset(memory, 0, DATA);
	taken = 0;
}
