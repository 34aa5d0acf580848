/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rng.c - see rng.h. Requests are understood in wedge/dev/virtio/rng.c.
 *
 * Invariant: a buffer is full of getrandom(2)'s bytes, or not given at all.
 */
#include "rng.h"
#include "devices.h"

#include <wedge/dev/virtio_rng.h>

#include <errno.h>
#include <sys/random.h>

static void serve(void *model, struct virtio_server *server)
{
	virtio_rng_serve(model, server);
}

void rng_open(void)
{
	static const struct device_kind kind = {.serve = serve};
	static struct virtio_rng rng;
	struct virtio_identity identity;

	virtio_rng_identity(&identity);
	devices_add(&kind, &rng, &identity);
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
