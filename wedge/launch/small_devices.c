/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * small_devices.c - see small_devices.h. Requests are understood in wedge/dev/virtio/rng.c and
 * balloon.c.
 *
 * A page that is taken out of the memory file is gone from all mappings at once, those of the
 * guest's processes too, and reads as zeros until somebody writes to it.
 *
 * Invariant: a buffer is full of getrandom(2)'s bytes, or not given at all; the memory file keeps
 * its size, and all else that is in it.
 */
#include "small_devices.h"
#include "devices.h"

#include <wedge/dev/virtio_balloon.h>
#include <wedge/dev/virtio_rng.h>

#include <errno.h>
#include <sys/mman.h>
#include <sys/random.h>

static void serve_balloon(void *model, struct virtio_server *server)
{
	virtio_balloon_serve(model, server);
}

static void serve_rng(void *model, struct virtio_server *server)
{
	virtio_rng_serve(model, server);
}

void small_devices_open(const struct options *o)
{
	static const struct device_kind balloons = {.serve = serve_balloon};
	static const struct device_kind rngs = {.serve = serve_rng};
	static struct virtio_balloon balloon;
	static struct virtio_rng rng;
	struct virtio_identity identity;

	if (o->balloon) {
		virtio_balloon_identity(&identity);
		devices_add(&balloons, &balloon, &identity);
	}
	if (o->rng) {
		virtio_rng_identity(&identity);
		devices_add(&rngs, &rng, &identity);
	}
}

/* If the host refuses, the pages stay as they are, which a report allows. */
void dev_host_memory_unused(uint8_t *bytes, uint32_t length)
{
	uintptr_t start = ((uintptr_t)bytes + PAGE_BYTES - 1) & ~(uintptr_t)(PAGE_BYTES - 1);
	uintptr_t end = ((uintptr_t)bytes + length) & ~(uintptr_t)(PAGE_BYTES - 1);

	if (start < end)
		madvise((void *)start, end - start, MADV_REMOVE);
}

bool dev_host_random(uint8_t *to, uint32_t length)
{
	while (length) {
		ssize_t done = getrandom(to, length, 0);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		to += done;
		length -= (uint32_t)done;
	}
	return true;
}
