/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disks.c - see disks.h. The requests are understood in wedge/dev/virtio, which asks for what is
 * defined here: guest memory, an image's bytes, and a signal to the wedge.
 *
 * Invariant: what a thread uses of a disk, no other thread writes while it runs.
 */
#include "disks.h"

#include <wedge/dev/virtio_block.h>
#include <wedge/dev/virtio_server.h>

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

struct disk {
	struct image image;
	struct virtio_block block;
	struct virtio_server server;
	struct virtio_shared *shared;
	int doorbell;
	pthread_t thread;
};

enum { STACK_BYTES = 256 * 1024 };

static struct disk disks[LAUNCH_VIRTIO_MAX];
static unsigned int count, running;
static bool ending;

/* The guest, while threads run. */
static pid_t guest_process;
static unsigned char *guest_memory;
static uint64_t guest_bytes;

void disks_open(const struct options *options)
{
	for (count = 0; count < options->disks; count++)
		image_open(&disks[count].image, &options->disk[count]);
}

void disks_offer(struct launch_info *info, struct launch_shared *shared)
{
	info->virtio_count = count;
	for (unsigned int i = 0; i < count; i++) {
		struct disk *d = &disks[i];
		const struct image_option *option = d->image.option;

		d->block = (struct virtio_block){.disk = i,
						 .sectors = d->image.bytes / IMAGE_SECTOR,
						 .read_only = option->read_only};
		memcpy(d->block.serial, option->serial, sizeof(d->block.serial));
		virtio_block_identity(&d->block, &info->virtio[i]);
		d->shared = &shared->virtio[i];
		virtio_server_init(&d->server, i, &info->virtio[i], d->shared);
		d->doorbell = info->doorbell_fd[i] = eventfd(0, EFD_CLOEXEC);
		if (d->doorbell < 0)
			die(END_PLATFORM, "the host gives no event descriptor: %s",
			    strerror(errno));
	}
}

/* ---- a thread ---- */

static void wait_for_doorbell(const struct disk *d)
{
	uint64_t rings;

	while (read(d->doorbell, &rings, sizeof(rings)) < 0 && errno == EINTR)
		continue;
}

static void *serve(void *disk)
{
	struct disk *d = disk;

	for (;;) {
		wait_for_doorbell(d);
		if (virtio_server_follow(&d->server))
			virtio_block_serve(&d->block, &d->server);
		else
			syscall(SYS_futex, &d->shared->serving, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
		if (__atomic_load_n(&ending, __ATOMIC_ACQUIRE))
			return NULL;
	}
}

/* Signals are the main thread's, which waits for them. */
static int start_threads(const pthread_attr_t *how)
{
	sigset_t all, before;
	int error = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (running < count && !error) {
		error = pthread_create(&disks[running].thread, how, serve, &disks[running]);
		running += !error;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

int disks_start(pid_t child, unsigned char *memory, uint64_t bytes)
{
	pthread_attr_t how;
	int error;

	guest_process = child;
	guest_memory = memory;
	guest_bytes = bytes;
	error = pthread_attr_init(&how);
	if (error)
		return error;
	pthread_attr_setstacksize(&how, STACK_BYTES);
	error = start_threads(&how);
	pthread_attr_destroy(&how);
	return error;
}

void disks_stop(void)
{
	const uint64_t one = 1;

	__atomic_store_n(&ending, true, __ATOMIC_RELEASE);
	for (; running; running--) {
		struct disk *d = &disks[running - 1];

		/* As if the driver had reset it: what waits in its queue is left there. */
		virtio_store(&d->shared->run, 0);
		while (write(d->doorbell, &one, sizeof(one)) < 0 && errno == EINTR)
			continue;
		pthread_join(d->thread, NULL);
	}
}

/* ---- what the device asks for ---- */

void *dev_host_memory(uint64_t address, uint64_t size)
{
	if (size > guest_bytes || address > guest_bytes - size)
		return NULL;
	if (address < LAUNCH_HOLE_END && address + size > LAUNCH_HOLE)
		return NULL;
	return guest_memory + address;
}

void dev_host_virtio_interrupt(unsigned int device)
{
	(void)device;
	kill(guest_process, SIGIO);
}

static unsigned int elements(struct iovec *to, const struct virtio_segment *from,
			     unsigned int segments)
{
	for (unsigned int i = 0; i < segments; i++)
		to[i] = (struct iovec){.iov_base = from[i].bytes, .iov_len = from[i].length};
	return segments;
}

int dev_host_block_read(unsigned int disk, uint64_t offset, const struct virtio_segment *to,
			unsigned int segments)
{
	struct iovec memory[VIRTIO_QUEUE_SIZE_MAX];

	return image_read(&disks[disk].image, offset, memory, elements(memory, to, segments));
}

int dev_host_block_write(unsigned int disk, uint64_t offset, const struct virtio_segment *from,
			 unsigned int segments)
{
	struct iovec memory[VIRTIO_QUEUE_SIZE_MAX];

	return image_write(&disks[disk].image, offset, memory, elements(memory, from, segments));
}

int dev_host_block_flush(unsigned int disk)
{
	return image_flush(&disks[disk].image);
}

int dev_host_block_discard(unsigned int disk, uint64_t offset, uint64_t length)
{
	return image_discard(&disks[disk].image, offset, length);
}

int dev_host_block_write_zeroes(unsigned int disk, uint64_t offset, uint64_t length, bool unmap)
{
	return image_zero(&disks[disk].image, offset, length, unmap);
}
