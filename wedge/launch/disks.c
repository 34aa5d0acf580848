/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disks.c - see disks.h. The requests are understood in wedge/dev/virtio, which asks for what is
 * defined here: an image's bytes.
 *
 * Invariant: what a disk's thread uses of it, no other thread writes.
 */
#include "disks.h"
#include "devices.h"
#include "image_server.h"

#include <wedge/dev/virtio_block.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct disk {
	struct image image;
	struct virtio_block block;
	struct virtio_block_request request; /* the image's work is done when its call returns */
};

static struct disk disks[LAUNCH_DISKS_MAX];

static void serve(void *model, struct virtio_server *server)
{
	struct virtio_block *block = model;
	struct image *image = &disks[block->disk].image;

	virtio_block_serve(block, server);
	if (image->server)
		image_server_look(image->server, image->option);
}

static const struct device_kind kind = {.serve = serve};

void disks_open(const struct options *options)
{
	struct virtio_identity identity;

	/* Whatever refuses the guest later. */
	if (options->disks && atexit(disks_close) != 0)
		die(END_PLATFORM, "the host gives no memory: %s", strerror(ENOMEM));
	for (unsigned int i = 0; i < options->disks; i++) {
		const struct image_option *option = &options->disk[i];
		struct disk *d = &disks[i];

		image_open(&d->image, option);
		d->block = (struct virtio_block){.disk = i,
						 .sectors = d->image.bytes / IMAGE_SECTOR,
						 .read_only = option->read_only,
						 .request = &d->request,
						 .requests = 1};
		memcpy(d->block.serial, option->serial, sizeof(d->block.serial));
		virtio_block_identity(&d->block, &identity);
		devices_add(&kind, &d->block, &identity);
	}
}

int dev_host_block_read(unsigned int disk, unsigned int request, uint64_t offset,
			const struct virtio_segment *to, unsigned int segments)
{
	struct iovec memory[VIRTIO_QUEUE_SIZE_MAX];

	(void)request;
	return image_read(&disks[disk].image, offset, memory,
			  devices_elements(memory, to, segments));
}

int dev_host_block_write(unsigned int disk, unsigned int request, uint64_t offset,
			 const struct virtio_segment *from, unsigned int segments)
{
	struct iovec memory[VIRTIO_QUEUE_SIZE_MAX];

	(void)request;
	return image_write(&disks[disk].image, offset, memory,
			   devices_elements(memory, from, segments));
}

int dev_host_block_flush(unsigned int disk, unsigned int request)
{
	(void)request;
	return image_flush(&disks[disk].image);
}

int dev_host_block_discard(unsigned int disk, unsigned int request, uint64_t offset,
			   uint64_t length)
{
	(void)request;
	return image_discard(&disks[disk].image, offset, length);
}

int dev_host_block_write_zeroes(unsigned int disk, unsigned int request, uint64_t offset,
				uint64_t length, bool unmap)
{
	(void)request;
	return image_zero(&disks[disk].image, offset, length, unmap);
}

void disks_close(void)
{
	for (unsigned int i = 0; i < LAUNCH_DISKS_MAX; i++)
		if (disks[i].image.server)
			image_server_end(disks[i].image.server);
}
