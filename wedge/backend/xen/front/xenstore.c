/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xenstore.c - see xenstore.h: packets through two rings of bytes in a page that the daemon shares.
 *
 * Invariant: what the daemon says that cannot be right ends all talk with it: requests are refused
 * from then on, and no watch is called.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "../events.h"
#include <xen/io/xs_wire.h>
#include "xenstore.h"

_Static_assert(offsetof(struct xenstore_request, packet.text) -
			       offsetof(struct xenstore_request, packet) ==
		       sizeof(struct xsd_sockmsg),
	       "the packet is one of the wire");

static struct xenstore_domain_interface *ring;
static evtchn_port_t port;
static bool broken;

/* Requests that are not answered, the oldest first; `sending` is the first not sent as a whole. */
static struct xenstore_request *oldest, **newest = &oldest, *sending;
static uint32_t last_id;

static struct xenstore_watch *watches;
static uint32_t last_token;

/* The packet that is coming in, and how much of it has come. */
static struct {
	struct xsd_sockmsg header;
	char text[XENSTORE_PAYLOAD_MAX + 1];
	uint32_t have;
} incoming;

/* ---- the rings ---- */

/* Copies up to `size` bytes into the ring; how many. */
static uint32_t put(const char *from, uint32_t size)
{
	uint32_t produced = ring->req_prod, done = 0;
	uint32_t there = produced - __atomic_load_n(&ring->req_cons, __ATOMIC_ACQUIRE);

	if (there > XENSTORE_RING_SIZE)
		broken = true;
	for (; !broken && done < size && there + done < XENSTORE_RING_SIZE; done++)
		ring->req[MASK_XENSTORE_IDX(produced + done)] = from[done];
	__atomic_store_n(&ring->req_prod, produced + done, __ATOMIC_RELEASE);
	return done;
}

static uint32_t get(char *to, uint32_t size)
{
	uint32_t consumed = ring->rsp_cons, done = 0;
	uint32_t there = __atomic_load_n(&ring->rsp_prod, __ATOMIC_ACQUIRE) - consumed;

	if (there > XENSTORE_RING_SIZE)
		broken = true;
	for (; !broken && done < size && done < there; done++)
		to[done] = ring->rsp[MASK_XENSTORE_IDX(consumed + done)];
	__atomic_store_n(&ring->rsp_cons, consumed + done, __ATOMIC_RELEASE);
	return done;
}

/* ---- requests ---- */

static void answer(struct xenstore_request *r, const char *value, size_t length)
{
	r->busy = false;
	r->done(r, value, length);
}

/* Sends as much as there is room for; tells the daemon if that is anything. */
static void transmit(void)
{
	uint32_t total = 0;

	while (sending && !broken) {
		struct xenstore_request *r = sending;
		uint32_t bytes = (uint32_t)sizeof(struct xsd_sockmsg) + r->packet.length;
		uint32_t part = put((const char *)&r->packet + r->sent, bytes - r->sent);

		r->sent += part;
		total += part;
		if (r->sent < bytes)
			break;
		sending = r->next;
	}
	if (total)
		events_send(port);
}

/* Appends a text, NUL included; false if there is no room. */
static bool add(struct xenstore_request *r, const char *text, size_t size)
{
	if (size > sizeof(r->packet.text) - r->packet.length)
		return false;
	memcpy(r->packet.text + r->packet.length, text, size);
	r->packet.length += (uint32_t)size;
	return true;
}

static bool add_path(struct xenstore_request *r, const char *folder, const char *name)
{
	if (!name)
		return add(r, folder, strlen(folder) + 1);
	return add(r, folder, strlen(folder)) && add(r, "/", 1) && add(r, name, strlen(name) + 1);
}

/* Makes a request: a path, and `size` bytes more. */
static void make(struct xenstore_request *r, uint32_t type, const char *folder, const char *name,
		 const char *more, size_t size)
{
	r->busy = true;
	r->next = NULL;
	r->sent = 0;
	r->packet.type = type;
	r->packet.id = ++last_id;
	r->packet.transaction = 0;
	r->packet.length = 0;
	if (!ring || broken || !add_path(r, folder, name) || !add(r, more, size)) {
		answer(r, NULL, 0);
		return;
	}
	*newest = r;
	newest = &r->next;
	if (!sending)
		sending = r;
	transmit();
}

void xenstore_read(struct xenstore_request *r, const char *folder, const char *name)
{
	make(r, XS_READ, folder, name, "", 0);
}

void xenstore_list(struct xenstore_request *r, const char *folder, const char *name)
{
	make(r, XS_DIRECTORY, folder, name, "", 0);
}

void xenstore_write(struct xenstore_request *r, const char *folder, const char *name,
		    const char *value)
{
	make(r, XS_WRITE, folder, name, value, strlen(value));
}

void xenstore_remove(struct xenstore_request *r, const char *folder, const char *name)
{
	make(r, XS_RM, folder, name, "", 0);
}

/* ---- watches ---- */

static void make_token(struct xenstore_watch *w)
{
	uint32_t number = ++last_token;
	size_t digits = 0;

	do
		w->token[digits++] = (char)('0' + number % 10);
	while (number /= 10);
	w->token[digits] = 0;
}

void xenstore_watch(struct xenstore_request *r, struct xenstore_watch *w, const char *folder,
		    const char *name)
{
	make_token(w);
	w->next = watches;
	watches = w;
	make(r, XS_WATCH, folder, name, w->token, strlen(w->token) + 1);
}

void xenstore_unwatch(struct xenstore_request *r, struct xenstore_watch *w, const char *folder,
		      const char *name)
{
	struct xenstore_watch **at = &watches;

	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
	make(r, XS_UNWATCH, folder, name, w->token, strlen(w->token) + 1);
}

/* Two texts: the path that has changed, and the token. */
static void watch_event(void)
{
	size_t path = strlen(incoming.text) + 1, token;

	if (path >= incoming.header.len)
		return;
	token = strlen(incoming.text + path) + 1;
	for (struct xenstore_watch *w = watches; w; w = w->next) {
		if (strlen(w->token) + 1 == token &&
		    !memcmp(w->token, incoming.text + path, token)) {
			w->changed(w);
			return;
		}
	}
}

/* ---- answers ---- */

static void refuse_all(void)
{
	wedge_log("xenstore: the daemon breaks the protocol; devices stay as they are");
	while (oldest) {
		struct xenstore_request *r = oldest;

		oldest = r->next;
		answer(r, NULL, 0);
	}
	newest = &oldest;
	sending = NULL;
}

static void handle_packet(void)
{
	struct xenstore_request *r = oldest;

	incoming.text[incoming.header.len] = 0;
	if (incoming.header.type == XS_WATCH_EVENT) {
		watch_event();
		return;
	}
	if (!r || r == sending || incoming.header.req_id != r->packet.id) {
		broken = true;
		return;
	}
	oldest = r->next;
	if (!oldest)
		newest = &oldest;
	answer(r, incoming.header.type == XS_ERROR ? NULL : incoming.text, incoming.header.len);
}

/* Takes what is in the ring of the next packet; true if that is complete. */
static bool receive(void)
{
	const uint32_t header = sizeof(incoming.header);

	if (incoming.have < header)
		incoming.have +=
			get((char *)&incoming.header + incoming.have, header - incoming.have);
	if (incoming.have < header)
		return false;
	if (incoming.header.len > XENSTORE_PAYLOAD_MAX) {
		broken = true;
		return false;
	}
	incoming.have += get(incoming.text + (incoming.have - header),
			     header + incoming.header.len - incoming.have);
	return !broken && incoming.have == header + incoming.header.len;
}

static void handle_event(struct vcpu *v, void *who)
{
	bool was_broken = broken, any = false;

	(void)v;
	(void)who;
	while (!broken && receive()) {
		incoming.have = 0;
		any = true;
		handle_packet();
	}
	if (broken && !was_broken) {
		refuse_all();
		return;
	}
	/* The daemon may wait for room in its ring. */
	if (any)
		events_send(port);
	transmit();
}

bool xenstore_init(void)
{
	if (xen.start_info->flags & SIF_INITDOMAIN || !xen.start_info->store_evtchn)
		return false;
	port = xen.start_info->store_evtchn;
	ring = memory_map_frame(XEN_STORE_RING, xen.start_info->store_mfn);
	if (!events_bind(port, handle_event, NULL))
		ring = NULL;
	return ring;
}

bool xenstore_works(void)
{
	return ring && !broken;
}

bool xenstore_number(const char *text, uint64_t *number)
{
	uint64_t value = 0;

	if (!text || !*text)
		return false;
	for (; *text; text++) {
		unsigned int digit = (unsigned int)(*text - '0');

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}
