/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_ports.c - see virtio_ports.h.
 *
 * Invariant: the medium reads and writes all bytes that it is given, and none of a port that is not
 * there.
 */
#include "virtio_ports.h"

#include <string.h>

struct ports ports;

/* A queue has its descriptors, its rings and its buffers here. */
enum { RING = 0x200000, RING_STEP = 0x10000, AVAILABLE = 0x1000, USED = 0x2000, BUFFER = 0x4000 };

/* ---- the medium ---- */

uint64_t dev_host_port_write(unsigned port, const struct virtio_segment *from, unsigned count)
{
	uint64_t done = 0;

	assert_in_range(port, 0, VIRTIO_CONSOLE_PORTS - 1);
	assert_true(ports.console.port[port].there);
	for (unsigned i = 0; i < count; i++)
		for (uint32_t j = 0; j < from[i].length && ports.room; j++) {
			ports.sent[port][ports.sent_bytes[port]++ % PORTS_RECORD] =
				(char)from[i].bytes[j];
			ports.room--;
			done++;
		}
	return done;
}

int64_t dev_host_port_read(unsigned port, const struct virtio_segment *to, unsigned count)
{
	const char *text = ports.coming[port];
	int64_t done = 0;

	assert_in_range(port, 0, VIRTIO_CONSOLE_PORTS - 1);
	assert_true(ports.console.port[port].there);
	assert_true(count > 0);
	if (!text || !*text)
		return ports.ends ? -1 : 0;
	for (unsigned i = 0; i < count; i++)
		for (uint32_t j = 0; j < to[i].length && text[done]; j++)
			to[i].bytes[j] = (uint8_t)text[done++];
	ports.coming[port] += done;
	return done;
}

/* ---- the driver ---- */

uint64_t ports_ring(unsigned queue)
{
	return RING + (uint64_t)queue * RING_STEP;
}

struct vring_avail *ports_available(unsigned queue)
{
	return rings_at(ports_ring(queue) + AVAILABLE);
}

struct vring_used *ports_used(unsigned queue)
{
	return rings_at(ports_ring(queue) + USED);
}

uint16_t *ports_used_event(unsigned queue)
{
	return &ports_available(queue)->ring[PORTS_SIZE];
}

uint64_t ports_buffer_address(unsigned queue, uint16_t index)
{
	return ports_ring(queue) + BUFFER + index * (uint64_t)PORTS_BUFFER;
}

char *ports_buffer(unsigned queue, uint16_t index)
{
	return rings_at(ports_buffer_address(queue, index));
}

void ports_offer_chain(unsigned queue, uint16_t head)
{
	struct vring_avail *available = ports_available(queue);

	available->ring[available->idx % PORTS_SIZE] = head;
	available->idx++;
}

void ports_offer(unsigned queue, uint16_t index, uint32_t length, uint16_t flags)
{
	rings_describe_in(ports_ring(queue), index, ports_buffer_address(queue, index), length,
			  flags, index + 1);
	ports_offer_chain(queue, index);
}

void ports_serve(void)
{
	if (virtio_server_follow(&ports.server))
		virtio_console_serve(&ports.console, &ports.server);
}

void ports_start(uint64_t features)
{
	ports.shared = (struct virtio_shared){.run = 1, .features = features};
	for (unsigned i = 0; i < PORTS_QUEUES; i++) {
		memset(rings_at(ports_ring(i)), 0, RING_STEP);
		ports.shared.queue[i] = (struct virtio_ring){
			.descriptors = ports_ring(i),
			.driver = ports_ring(i) + AVAILABLE,
			.device = ports_ring(i) + USED,
			.size = PORTS_SIZE,
			.enabled = 1,
		};
	}
	ports_serve();
}

void ports_reset(void)
{
	ports.shared.run = 0;
	assert_false(virtio_server_follow(&ports.server));
	virtio_console_forget(&ports.console);
}

static void offer_device(void)
{
	virtio_console_identity(&ports.console, &ports.identity);
	virtio_server_init(&ports.server, 0, &ports.identity, &ports.shared);
}

void ports_know_size(struct virtio_console_size size)
{
	ports_reset();
	ports.console.size = size;
	offer_device();
}

int ports_setup(void **state)
{
	(void)state;
	rings_new(PORTS_SIZE);
	memset(&ports, 0, sizeof(ports));
	ports.room = UINT64_MAX;
	ports.console = (struct virtio_console){
		.port = {{.there = true, .terminal = true},
			 {.there = true, .name = "a.name"},
			 {.there = false},
			 {.there = true}},
	};
	offer_device();
	ports_start(VIRTIO_FEATURE_VERSION_1 | PORTS_BIT(VIRTIO_CONSOLE_F_MULTIPORT));
	return 0;
}
