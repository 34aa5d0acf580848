/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_life.c - how a network device and its back end find each other, and part (xenbus.h).
 *
 * A driver reads a device's address once, when it starts. So the guest has the devices of its
 * start; one that is taken away is a link that is down, and one with the same address that comes
 * later is that link again.
 *
 * Invariant: what a device offers to its driver never changes after the start, but for its link.
 */
#include <wedge/backend.h>
#include <wedge/core.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "../events.h"
#include "front.h"
#include "net.h"

enum { MAC, RX_COPY, SG, NO_CSUM, IPV6_CSUM, GSO_TCPV4, GSO_TCPV6, KEYS };
static const char *const keys[KEYS] = {
	[MAC] = "mac",
	[RX_COPY] = "feature-rx-copy",
	[SG] = "feature-sg",
	[NO_CSUM] = "feature-no-csum-offload",
	[IPV6_CSUM] = "feature-ipv6-csum-offload",
	[GSO_TCPV4] = "feature-gso-tcpv4",
	[GSO_TCPV6] = "feature-gso-tcpv6",
};

enum { DEVICES = 2 };
static struct net_front *fronts[DEVICES];
static struct xenbus_kind kind;

static struct net_front *front_of(struct xenbus_device *d)
{
	return (struct net_front *)((char *)d - offsetof(struct net_front, bus));
}

unsigned int net_devices(void)
{
	unsigned int count = 0;

	while (count < kind.slots && fronts[count]->known)
		count++;
	return count;
}

struct net_front *net_device(unsigned int number)
{
	return fronts[number];
}

/* ---- what the back end says ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* xx:xx:xx:xx:xx:xx */
static bool parse_address(const char *text, uint8_t *address)
{
	if (!text || strlen(text) != 3 * VIRTIO_NET_ADDRESS - 1)
		return false;
	for (unsigned int i = 0; i < VIRTIO_NET_ADDRESS; i++, text += 3) {
		int high = hex_digit(text[0]), low = hex_digit(text[1]);

		if (high < 0 || low < 0 || (text[2] && text[2] != ':'))
			return false;
		address[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* Large frames need several pages and no checksum. */
static uint64_t features_of(const struct xenbus_device *d)
{
	uint64_t features = VIRTIO_NET_GUEST_CSUM | VIRTIO_NET_GUEST_TSO4 | VIRTIO_NET_GUEST_TSO6;

	if (xenbus_number(d, NO_CSUM))
		return features;
	features |= VIRTIO_NET_CSUM;
	if (xenbus_number(d, SG) && xenbus_number(d, GSO_TCPV4))
		features |= VIRTIO_NET_HOST_TSO4;
	if (xenbus_number(d, SG) && xenbus_number(d, GSO_TCPV6) && xenbus_number(d, IPV6_CSUM))
		features |= VIRTIO_NET_HOST_TSO6;
	return features;
}

/* Whether the device can be the one that the guest knows; before the start it becomes that. */
static bool is_right(struct net_front *f)
{
	uint8_t address[VIRTIO_NET_ADDRESS];
	uint64_t features = features_of(&f->bus);

	if (!parse_address(xenbus_text(&f->bus, MAC), address) || !xenbus_number(&f->bus, RX_COPY))
		return false;
	if (!f->shown) {
		memcpy(f->net.address, address, sizeof(address));
		f->net.features = features;
		f->known = true;
	}
	return !memcmp(f->net.address, address, sizeof(address)) && !(f->net.features & ~features);
}

/* ---- its life ---- */

/* Memory stays the device's own for ever, and is granted as long as a back end needs it. */
static bool have_memory(struct net_front *f)
{
	if (!f->pool) {
		f->pool = backend_allocate(2 * NET_PAGES * PAGE);
		f->ring_page[0] = backend_allocate(PAGE);
		f->ring_page[1] = backend_allocate(PAGE);
	}
	return f->pool && f->ring_page[0] && f->ring_page[1];
}

static void revoke(struct net_front *f, grant_ref_t *grant)
{
	if (grant_end(*grant))
		*grant = GRANT_NONE;
	else
		f->stuck = true;
}

static void take_back(struct net_front *f)
{
	events_close(f->port);
	f->port = 0;
	f->stuck = false;
	for (unsigned int i = 0; i < 2 * NET_PAGES; i++)
		revoke(f, &f->grant[i]);
	revoke(f, &f->ring_grant[0]);
	revoke(f, &f->ring_grant[1]);
}

static bool grant_all(struct net_front *f)
{
	bool all = true;

	for (unsigned int i = 0; i < 2; i++) {
		f->ring_grant[i] = grant_page(f->bus.domain, f->ring_page[i], false);
		all &= f->ring_grant[i] != GRANT_NONE;
	}
	for (unsigned int i = 0; i < 2 * NET_PAGES; i++) {
		f->grant[i] = grant_page(f->bus.domain, f->pool + i * PAGE, i < NET_PAGES);
		all &= f->grant[i] != GRANT_NONE;
	}
	f->port = events_offer(f->bus.domain, net_event, f);
	return all && f->port;
}

/* NULL, or what is missing. */
static const char *prepare(struct net_front *f)
{
	if (f->stuck)
		take_back(f);
	if (f->stuck)
		return "the back end before has not let go of its memory";
	if (!have_memory(f))
		return "the wedge's heap is used up";
	if (!is_right(f))
		return f->shown ? "its back end is none that the guest knows"
				: "its back end says no address, or does not copy";
	return grant_all(f) ? NULL : "Xen gives no more grants or event channels";
}

static bool offer(struct xenbus_device *d)
{
	struct net_front *f = front_of(d);
	const char *missing = prepare(f);

	if (missing) {
		wedge_log("network %lu cannot be had: %s", (unsigned long)d->id, missing);
		take_back(f);
		return false;
	}
	net_empty(f);
	xenbus_say(d, "tx-ring-ref", f->ring_grant[0]);
	xenbus_say(d, "rx-ring-ref", f->ring_grant[1]);
	xenbus_say(d, "event-channel", f->port);
	xenbus_say(d, "request-rx-copy", 1);
	xenbus_say(d, "feature-rx-notify", 1);
	xenbus_say(d, "feature-sg", 1);
	xenbus_say(d, "feature-gso-tcpv4", 1);
	xenbus_say(d, "feature-gso-tcpv6", 1);
	xenbus_say(d, "feature-ipv6-csum-offload", 1);
	return true;
}

static void set_link(struct net_front *f, bool up)
{
	f->net.link = up;
	if (f->shown)
		virtio_net_show_link(&f->net, &f->server);
	front_interrupt(vcpu_this());
}

static void connected(struct xenbus_device *d)
{
	struct net_front *f = front_of(d);

	if (f->live)
		return;
	f->live = true;
	set_link(f, true);
	events_send(f->port);
}

/* What waits to be sent is lost, as on a cable that was pulled. */
static void closing(struct xenbus_device *d)
{
	struct net_front *f = front_of(d);

	f->live = false;
	set_link(f, false);
	if (f->net.waits)
		net_doorbell(f);
	front_interrupt(vcpu_this());
}

static void closed(struct xenbus_device *d)
{
	take_back(front_of(d));
}

static struct xenbus_kind kind = {
	.folder = "device/vif",
	.what = "network",
	.keys = keys,
	.key_count = KEYS,
	.offered = XenbusStateConnected,
	.offer = offer,
	.connected = connected,
	.closing = closing,
	.closed = closed,
};

void net_start(void)
{
	for (kind.slots = 0; kind.slots < DEVICES; kind.slots++) {
		struct net_front *f = backend_allocate(sizeof(*f));

		if (!f)
			break;
		f->net.net = kind.slots;
		fronts[kind.slots] = f;
		kind.slot[kind.slots] = &f->bus;
	}
	xenbus_start(&kind);
}

bool net_settled(void)
{
	return xenbus_settled(&kind);
}

void net_show(struct net_front *f, unsigned int device, struct virtio_identity *identity,
	      struct virtio_shared *shared)
{
	kind.slots = net_devices();
	f->shown = true;
	virtio_net_identity(&f->net, identity);
	virtio_server_init(&f->server, device, identity, shared);
}
