/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netback.c - see netback.h.
 *
 * Invariant: each page of the wedge's is an allocation, so that the address sanitizer sees its end.
 */
#include <stdlib.h>
#include <string.h>
#include <wedge/log.h>
#include <events.h>
#include <front/front.h>

#include "net_driver.h"
#include "netback.h"

enum {
	GRANT_BASE = 0x100,
	RING_ENTRIES = 256,
};

struct back back;
struct vcpu vcpu; /* the one that there is */

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

void back_say(const char *key, const char *value)
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
	memset(&back, 0, sizeof(back));
	driver_new();
	grant_count = 0;
	net_start();
	back.f = net_device(0);
	back.f->bus.kind = kind;
	back.f->bus.life = XENBUS_FOUND;
	back_say("mac", "00:16:3e:00:00:05");
	back_say("feature-rx-copy", "1");
	back_say("feature-sg", "1");
	back_say("feature-gso-tcpv4", "1");
	back_say("feature-gso-tcpv6", "1");
	back_say("feature-ipv6-csum-offload", "1");
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
	driver_start(features);
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
	return (uint8_t *)back.f->ring_page[ring] + BACK_ENTRIES_AT + index % RING_ENTRIES * bytes;
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

void back_close(void)
{
	xenbus_close(&back.f->bus);
	kind->closed(&back.f->bus);
}
