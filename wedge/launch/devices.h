/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * devices.h - the guest's virtio devices, whose rings the launcher serves, each by a thread of its
 * own. What a kind of device does is told by the file of that kind (disks.h).
 *
 * Invariant: nothing that the guest writes, in its memory or in what it shares with the launcher,
 * is believed without a check; threads exist only between devices_start() and devices_stop().
 */
#ifndef LAUNCH_DEVICES_H
#define LAUNCH_DEVICES_H

#include "launcher.h"

#include <wedge/dev/virtio_server.h>
#include <wedge/launch.h>

#include <poll.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { DEVICE_POLLS = 4 };

/* A kind of device. Its functions are called by the device's thread alone. */
struct device_kind {
	/* Serves what is in the queues; on return the driver rings for what comes next. */
	void (*serve)(void *model, struct virtio_server *server);
	/*
	 * Descriptors that are waited for like the doorbell, and for what (poll(2)), at most
	 * DEVICE_POLLS: serve() is called as long as one is so. Those for which there is nothing to
	 * do with what comes are left out. Returns how many. NULL: the kind has none.
	 */
	unsigned int (*others)(void *model, struct pollfd *polls);
	/*
	 * The driver resets the device, or the guest ends: on return no other program touches its
	 * rings. serve() may not have been called before. NULL: none does.
	 */
	void (*stop)(void *model);
	/* At the guest's end what is in its queues is not forgotten: devices_stop() calls no
	 * stop(). */
	bool stays;
};

/*
 * Puts one more device on the guest's bus, behind those that are there. Calls before
 * devices_offer(). `kind` and `model` stay the caller's. Ends the launcher, code 2, if the bus is
 * full.
 */
void devices_add(const struct device_kind *kind, void *model,
		 const struct virtio_identity *identity);

/*
 * Describes the devices to the wedge, and makes what it rings by. `shared` is memory that the child
 * will have too. Ends the launcher, code 3, if the host gives no descriptor.
 */
void devices_offer(struct launch_info *info, struct launch_shared *shared);

/**
 * devices_start - serve
 * @child:  the guest's process, not reaped before devices_stop()
 * @memory: guest-physical memory of `bytes`, mapped from address 0
 *
 * Returns 0, or an error number if the host gives no thread; devices_stop() is due in both cases.
 */
int devices_start(pid_t child, unsigned char *memory, uint64_t bytes);

/* Has a device's thread serve it, since something that it looks at has changed. */
void devices_ring(const void *model);

/* Ends the threads, each behind the request at work. The child does nothing any more. */
void devices_stop(void);

/* Whether devices_stop() waits: what may last is to be ended. */
bool devices_ending(void);

/* The same bytes for preadv(2) and its like; returns how many elements. */
unsigned int devices_elements(struct iovec *to, const struct virtio_segment *from,
			      unsigned int segments);

#endif
