/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netback.c - see netback.h.
 *
 * Invariant: guest memory is one allocation, and each page of the wedge's another, so that the
 * address sanitizer sees their ends.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/virtio_ring.h>
#include <wedge/log.h>
#include <events.h>
#include <front/front.h>

#include "netback.h"

enum {
	QUEUE_ENTRIES = 256,
	QUEUE = 0x4000, /* bytes from one queue's rings to the next one's */
	DATA = 0x10000,
	BUFFERS = 0x200000,
	MEMORY = 0x800000,
	GRANT_BASE = 0x100,
	ENTRIES_AT = 64,
};

struct back back;
struct vcpu vcpu; /* the one that there is */

static uint8_t *memory;
static uint16_t taken[2];     /* used entries that the driver has seen */
static uint32_t buffer_bytes; /* of each buffer to receive into */
static const void *grants[4096];
static unsigned int grant_count;
static void *allocations[64];
static unsigned int allocation_count;

/* ---- stand-ins ---- */

void *backend_allocate(size_t size)
{
	void *p = aligned_alloc(4096, (size + 4095) & ~(size_t)4095);

	assert_non_null(p);
	memset(p, 0, size);
	allocations[allocation_count++] = p;
	return p;
}

grant_ref_t grant_page(domid_t domain, const void *page, bool read_only)
{
	(void)domain;
	(void)read_only;
	if (back.no_grants)
		return GRANT_NONE;
	back.granted++;
	grants[grant_count] = page;
	return GRANT_BASE + grant_count++;
}

bool grant_end(grant_ref_t reference)
{
	if (reference == GRANT_NONE)
		return true;
	if (back.still_maps)
		return false;
	back.granted--;
	grants[reference - GRANT_BASE] = NULL;
	return true;
}

evtchn_port_t events_offer(domid_t domain, event_handler *handle, void *who)
{
	(void)domain;
	assert_ptr_equal(handle, net_event);
	assert_ptr_equal(who, back.f);
	return back.no_port ? 0 : 7;
}

void events_close(evtchn_port_t port)
{
	(void)port;
}

void events_send(evtchn_port_t port)
{
	assert_int_equal(port, 7);
	back.events++;
}

void wedge_log(const char *format, ...)
{
	(void)format;
	back.logs++;
}

void front_interrupt(struct vcpu *v)
{
	(void)v;
}

void dev_host_virtio_interrupt(unsigned int device)
{
	assert_int_equal(device, 3);
	back.interrupts++;
}

void *dev_host_memory(uint64_t address, uint64_t size)
{
	return address <= MEMORY && size <= MEMORY - address ? memory + address : NULL;
}

static struct xenbus_kind *kind;

void xenbus_start(struct xenbus_kind *k)
{
	kind = k;
}

bool xenbus_settled(const struct xenbus_kind *k)
{
	(void)k;
	return true;
}

const char *xenbus_text(const struct xenbus_device *d, unsigned int key)
{
	(void)d;
	return back.value[key];
}

uint64_t xenbus_number(const struct xenbus_device *d, unsigned int key)
{
	(void)d;
	return back.value[key] ? strtoul(back.value[key], NULL, 10) : 0;
}

void xenbus_say(struct xenbus_device *d, const char *name, uint64_t number)
{
	(void)d;
	assert_true(back.said_count < XENBUS_ANSWERS - 1);
	strcpy(back.said[back.said_count], name);
	back.number[back.said_count++] = number;
}

void xenbus_close(struct xenbus_device *d)
{
	if (d->life == XENBUS_DEAD)
		return;
	d->life = XENBUS_DEAD;
	kind->closing(d);
}

/* ---- the store ---- */

static void say_value(const char *key, const char *value)
{
	for (unsigned int i = 0; i < kind->key_count; i++)
		if (!strcmp(kind->keys[i], key))
			back.value[i] = value;
}

uint64_t back_said(const char *name)
{
	for (unsigned int i = 0; i < back.said_count; i++)
		if (!strcmp(back.said[i], name))
			return back.number[i];
	return 0;
}

void back_found(void)
{
	while (allocation_count)
		free(allocations[--allocation_count]);
	free(memory);
	memory = calloc(1, MEMORY);
	assert_non_null(memory);
	memset(&back, 0, sizeof(back));
	memset(taken, 0, sizeof(taken));
	grant_count = 0;
	net_start();
	back.f = net_device(0);
	back.f->bus.kind = kind;
	back.f->bus.life = XENBUS_FOUND;
	say_value("mac", "00:16:3e:00:00:05");
	say_value("feature-rx-copy", "1");
	say_value("feature-sg", "1");
	say_value("feature-gso-tcpv4", "1");
	say_value("feature-gso-tcpv6", "1");
	say_value("feature-ipv6-csum-offload", "1");
}

bool back_offer(void)
{
	back.said_count = 0;
	back.send_taken = back.send_answered = 0;
	back.receive_taken = back.receive_answered = 0;
	back.f->bus.life = XENBUS_FOUND;
	if (!kind->offer(&back.f->bus))
		return false;
	back.f->bus.life = XENBUS_OFFERED;
	return true;
}

void back_show(void)
{
	assert_int_equal(net_devices(), 1);
	net_show(back.f, 3, &back.identity, &back.shared);
}

void back_connect(void)
{
	back.f->bus.life = XENBUS_CONNECTED;
	kind->connected(&back.f->bus);
}

void back_start_driver(uint64_t features)
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

bool back_link(void)
{
	return back.shared.config[1] >> 16 & 1;
}

void back_new(uint64_t features)
{
	back_found();
	assert_true(back_offer());
	back_show();
	back_connect();
	back_start_driver(features);
}

/* ---- the back end ---- */

struct counts {
	uint32_t requests, requests_event, responses, responses_event;
};

static struct counts *counts(unsigned int ring)
{
	return back.f->ring_page[ring];
}

static void *entry(unsigned int ring, uint32_t index, size_t bytes)
{
	return (uint8_t *)back.f->ring_page[ring] + ENTRIES_AT + index % QUEUE_ENTRIES * bytes;
}

static bool take(unsigned int ring, uint32_t *next, void *to, size_t bytes)
{
	counts(ring)->requests_event = *next + 1;
	if (*next == counts(ring)->requests)
		return false;
	memcpy(to, entry(ring, (*next)++, bytes), bytes);
	counts(ring)->requests_event = *next + 1;
	return true;
}

bool back_take(struct netif_tx_request *r)
{
	return take(0, &back.send_taken, r, sizeof(*r));
}

struct netif_extra_info back_take_extra(void)
{
	struct netif_tx_request r;
	struct netif_extra_info e;

	assert_true(back_take(&r));
	memcpy(&e, &r, sizeof(e));
	return e;
}

const uint8_t *back_page(grant_ref_t reference)
{
	assert_true(reference >= GRANT_BASE && reference < GRANT_BASE + grant_count);
	assert_non_null(grants[reference - GRANT_BASE]);
	return grants[reference - GRANT_BASE];
}

void back_claim_sent(uint32_t count)
{
	counts(0)->responses = count;
}

void back_claim_received(uint32_t count)
{
	counts(1)->responses = count;
}

void back_answer(uint16_t id, int16_t status)
{
	struct netif_tx_response r = {.id = id, .status = status};

	memcpy(entry(0, back.send_answered++, sizeof(struct netif_tx_request)), &r, sizeof(r));
	back_claim_sent(back.send_answered);
}

/* The page that the next response stands for; the front end's own one, which it has granted. */
static uint8_t *next_page(struct netif_rx_request *r)
{
	if (!take(1, &back.receive_taken, r, sizeof(*r)))
		fail_msg("there is no page to receive into");
	return (uint8_t *)back_page(r->gref);
}

static void respond(const void *response)
{
	memcpy(entry(1, back.receive_answered++, sizeof(struct netif_rx_request)), response,
	       sizeof(struct netif_rx_response));
	back_claim_received(back.receive_answered);
}

void back_bring(const void *bytes, uint16_t offset, int16_t status, uint16_t flags)
{
	struct netif_rx_request q;
	uint8_t *page = next_page(&q);
	struct netif_rx_response r = {
		.id = q.id, .offset = offset, .flags = flags, .status = status};

	if (bytes && status > 0 && offset + status <= 4096)
		memcpy(page + offset, bytes, (size_t)status);
	respond(&r);
}

void back_bring_extra(uint8_t type, uint8_t flags, uint16_t size, uint8_t gso)
{
	struct netif_rx_request q;
	struct netif_extra_info e = {
		.type = type, .flags = flags, .u.gso.size = size, .u.gso.type = gso};

	next_page(&q);
	respond(&e);
}

void back_event(void)
{
	net_event(NULL, back.f);
}

/* ---- the driver ---- */

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
		struct vring_used_elem *e = &used(0)->ring[taken[0] % QUEUE_ENTRIES];
		const uint8_t *from;
		uint32_t bytes;

		if (taken[0] == used(0)->idx)
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
		taken[0]++;
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
	memset(taken, 0, sizeof(taken));
}

void make_tcp(uint8_t *frame, uint32_t length, int version)
{
	uint32_t ip = version == 4 ? 20 : 40;

	memset(frame, 0, 14 + ip + 20);
	for (uint32_t i = 14 + ip + 20; i < length; i++)
		frame[i] = (uint8_t)(i * 7 + i / 256);
	frame[12] = version == 4 ? 0x08 : 0x86;
	frame[13] = version == 4 ? 0x00 : 0xdd;
	frame[14] = version == 4 ? 0x45 : 0x60;
	frame[version == 4 ? 14 + 9 : 14 + 6] = 6;
	frame[14 + ip + 12] = 5 << 4;
	frame[14 + ip + 16] = 0x12;
	frame[14 + ip + 17] = 0x34;
}
