/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balloon.c - the guest's virtio balloon: how large it is to be is what the tool stack asks for
 * (docs/misc/xenstore-paths of Xen's source, "~/memory/target", in KiB), and what is in it is
 * Xen's (../balloon.c).
 *
 * A guest never has more memory than at its start: the list of its frames has no room for that.
 *
 * Invariant: a driver that resets the device gets back all that is in the balloon, as soon as Xen
 * has it.
 */
#include <wedge/dev/virtio_balloon_pages.h>
#include <wedge/log.h>
#include "front.h"
#include "xenstore.h"

enum { KIB_OF_PAGE = 4 };

static struct virtio_balloon_pages balloon;
static struct virtio_server server;
static struct xenstore_request request;
static struct xenstore_watch watch;
static bool again; /* the target has changed while the request was at work */
static bool owed;  /* the driver has reset the device, and does not have all yet */
static bool told;  /* that Xen has no memory */

void balloon_show(unsigned int device, struct virtio_identity *identity,
		  struct virtio_shared *shared)
{
	virtio_balloon_pages_identity(identity);
	virtio_server_init(&server, device, identity, shared);
}

static void note_wait(void)
{
	if (!balloon.waits && !owed) {
		told = false;
		return;
	}
	if (!told)
		wedge_log("Xen has no memory for what the guest takes out of its balloon: waiting");
	told = true;
	front_watch_time();
}

/* Tries again what Xen had no memory for: true if something waits still. */
bool balloon_check(void)
{
	bool more = balloon.waits || owed;

	if (owed)
		owed = !balloon_return_all();
	if (more && !owed && server.active)
		virtio_balloon_pages_serve(&balloon, &server);
	note_wait();
	return balloon.waits || owed;
}

/* ---- what the tool stack asks for ---- */

static void look(void);

static void answered(struct xenstore_request *r, const char *value, size_t length)
{
	uint64_t has = xen.start_info->nr_pages, kib;

	(void)r;
	(void)length;
	if (value && xenstore_number(value, &kib)) {
		uint64_t wanted = kib / KIB_OF_PAGE;

		virtio_balloon_pages_ask(&server, wanted < has ? (uint32_t)(has - wanted) : 0);
		balloon_check(); /* the domain may have been allowed more, too */
		front_interrupt(vcpu_this());
	}
	if (again)
		look();
}

static void look(void)
{
	again = false;
	request.done = answered;
	xenstore_read(&request, "memory", "target");
}

static void changed(struct xenstore_watch *w)
{
	(void)w;
	again = true;
	if (!request.busy)
		look();
}

static void watched(struct xenstore_request *r, const char *value, size_t length)
{
	(void)r;
	(void)value;
	(void)length;
	if (again)
		look();
}

void balloon_start(void)
{
	request.done = watched;
	watch.changed = changed;
	xenstore_watch(&request, &watch, "memory", "target");
}

/* ---- what the driver does ---- */

void balloon_doorbell(void)
{
	bool was_active = server.active;

	if (virtio_server_follow(&server)) {
		if (!owed)
			virtio_balloon_pages_serve(&balloon, &server);
	} else if (was_active && !server.active) {
		virtio_balloon_pages_forget(&balloon);
		owed = true;
		balloon_check();
		return;
	}
	note_wait();
}

bool dev_host_balloon_take(const uint32_t *pages, unsigned int count)
{
	return balloon_take(pages, count);
}

int dev_host_balloon_return(const uint32_t *pages, unsigned int count)
{
	return balloon_return(pages, count);
}
