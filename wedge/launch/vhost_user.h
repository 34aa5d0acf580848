/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vhost_user.h - the front end of the vhost-user protocol: lets another program, the server, serve
 * the rings of a virtio device. Names and numbers are those of QEMU's "Vhost-user Protocol"
 * (docs/interop/vhost-user.rst), where the launcher is the front-end and the server the back-end.
 *
 * The server maps the guest's memory file itself. Rings are named by guest-physical addresses: they
 * are what is called user addresses there, so that no address of the launcher's gets out.
 *
 * Invariant: a reply is believed only if it is the one that is due, in its kind and size, and comes
 * in time. After an error nothing more is sent, and all calls return an error.
 */
#ifndef LAUNCH_VHOST_USER_H
#define LAUNCH_VHOST_USER_H

#include <wedge/dev/virtio_shared.h>

#include <stdbool.h>
#include <stdint.h>

struct vhost_user {
	int socket;	   /* connected to the server; the caller's */
	int error;	   /* of the first call that failed, or 0 */
	unsigned int wait; /* ms that the server may take for a reply */
	uint64_t features; /* of the device, as the server offers them */
	uint64_t protocol; /* features of the protocol that both have */
	bool enables;	   /* rings have to be enabled */
};

/* One ring, and by what its driver and its server call one another: descriptors of eventfd(2). */
struct vhost_user_ring {
	struct virtio_ring ring;
	int kick, call;
};

/*
 * All return 0 or an error number: what the socket said, ETIMEDOUT, EPIPE for a server that has
 * ended, EPROTO for a reply that makes no sense, ENOTSUP for a refusal.
 */

/* Agrees with a server at the other end of a connected socket. */
int vhost_user_open(struct vhost_user *v, int socket, unsigned int wait);

/*
 * Gives it the guest's memory: a file of `bytes` from guest-physical address 0 on, without the hole
 * (launch.h).
 */
int vhost_user_memory(struct vhost_user *v, int fd, uint64_t bytes);

/*
 * The server begins to serve `count` rings, from their first entry on; those that are not enabled
 * are left out. `features`: what the driver has accepted.
 */
int vhost_user_start(struct vhost_user *v, uint64_t features, const struct vhost_user_ring *rings,
		     unsigned int count);

/* On return it touches none of these `count` rings any more. */
int vhost_user_stop(struct vhost_user *v, const struct vhost_user_ring *rings, unsigned int count);

/* Whether the server has ended, or sends what nobody asked for. */
bool vhost_user_is_lost(const struct vhost_user *v);

#endif
