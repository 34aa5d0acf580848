/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * devices.c - see devices.h. Rings and requests are understood in wedge/dev/virtio, which asks for
 * what is defined here: guest memory, and a signal to the wedge.
 *
 * Invariant: what a thread uses of a device, no other thread writes while it runs.
 */
#include "devices.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

struct device {
	const struct device_kind *kind;
	void *model;
	struct virtio_identity identity;
	struct virtio_server server;
	struct virtio_shared *shared;
	int doorbell;
	pthread_t thread;
};

enum { STACK_BYTES = 256 * 1024 };

static struct device devices[LAUNCH_VIRTIO_MAX];
static unsigned int count, running;
static bool ending;

/* The guest, while threads run. */
static pid_t guest_process;
static unsigned char *guest_memory;
static uint64_t guest_bytes;

void devices_add(const struct device_kind *kind, void *model,
		 const struct virtio_identity *identity)
{
	if (count == LAUNCH_VIRTIO_MAX)
		die(END_USAGE, "a guest has at most %d devices", LAUNCH_VIRTIO_MAX);
	devices[count++] = (struct device){.kind = kind, .model = model, .identity = *identity};
}

void devices_offer(struct launch_info *info, struct launch_shared *shared)
{
	info->virtio_count = count;
	for (unsigned int i = 0; i < count; i++) {
		struct device *d = &devices[i];

		info->virtio[i] = d->identity;
		d->shared = &shared->virtio[i];
		virtio_server_init(&d->server, i, &d->identity, d->shared);
		d->server.stop = d->kind->stop;
		d->server.model = d->model;
		d->doorbell = info->doorbell_fd[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (d->doorbell < 0)
			die(END_PLATFORM, "the host gives no event descriptor: %s",
			    strerror(errno));
	}
}

bool devices_ending(void)
{
	return __atomic_load_n(&ending, __ATOMIC_ACQUIRE);
}

/* ---- a thread ---- */

/* Until the doorbell rings, or what else the device waits for has come. */
static void wait_for_work(const struct device *d)
{
	struct pollfd polls[1 + DEVICE_POLLS] = {{.fd = d->doorbell, .events = POLLIN}};
	unsigned int others = 0;
	uint64_t rings;

	if (d->server.active && !d->server.broken && d->kind->others)
		others = d->kind->others(d->model, polls + 1);
	while (poll(polls, 1 + others, -1) < 0 && errno == EINTR)
		continue;
	while (polls[0].revents && read(d->doorbell, &rings, sizeof(rings)) < 0 && errno == EINTR)
		continue;
}

static void *serve(void *device)
{
	struct device *d = device;

	for (;;) {
		wait_for_work(d);
		if (virtio_server_follow(&d->server))
			d->kind->serve(d->model, &d->server);
		else
			syscall(SYS_futex, &d->shared->serving, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
		if (devices_ending())
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
		error = pthread_create(&devices[running].thread, how, serve, &devices[running]);
		running += !error;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

int devices_start(pid_t child, unsigned char *memory, uint64_t bytes)
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

static void ring(const struct device *d)
{
	const uint64_t one = 1;

	while (write(d->doorbell, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
}

void devices_ring(const void *model)
{
	for (unsigned int i = 0; i < running; i++)
		if (devices[i].model == model)
			ring(&devices[i]);
}

void devices_stop(void)
{
	__atomic_store_n(&ending, true, __ATOMIC_RELEASE);
	for (; running; running--) {
		struct device *d = &devices[running - 1];

		/* As if the driver had reset it: what waits in its queue is left there. */
		if (!d->kind->stays)
			virtio_store(&d->shared->run, 0);
		ring(d);
		pthread_join(d->thread, NULL);
	}
	guest_process = 0; /* the number may be another process's soon */
}

unsigned int devices_elements(struct iovec *to, const struct virtio_segment *from,
			      unsigned int segments)
{
	for (unsigned int i = 0; i < segments; i++)
		to[i] = (struct iovec){.iov_base = from[i].bytes, .iov_len = from[i].length};
	return segments;
}

/* ---- what the devices ask for ---- */

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
	if (guest_process)
		kill(guest_process, SIGIO);
}
