/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balloon.c - see balloon.h. Reports are understood in wedge/dev/virtio/balloon.c.
 *
 * A page that is taken out of the file is gone from all mappings at once, those of the guest's
 * processes too, and reads as zeros until somebody writes to it.
 *
 * Invariant: the file keeps its size, and all else that is in it.
 */
#include "balloon.h"
#include "devices.h"

#include <wedge/dev/virtio_balloon.h>

#include <sys/mman.h>

static void serve(void *model, struct virtio_server *server)
{
	virtio_balloon_serve(model, server);
}

void balloon_open(void)
{
	static const struct device_kind kind = {.serve = serve};
	static struct virtio_balloon balloon;
	struct virtio_identity identity;

	virtio_balloon_identity(&identity);
	devices_add(&kind, &balloon, &identity);
}

/* If the host refuses, the pages stay as they are, which a report allows. */
void dev_host_memory_unused(uint8_t *bytes, uint32_t length)
{
	uintptr_t start = ((uintptr_t)bytes + PAGE_BYTES - 1) & ~(uintptr_t)(PAGE_BYTES - 1);
	uintptr_t end = ((uintptr_t)bytes + length) & ~(uintptr_t)(PAGE_BYTES - 1);

	if (start < end)
		madvise((void *)start, end - start, MADV_REMOVE);
}
