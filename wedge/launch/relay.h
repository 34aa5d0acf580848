/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relay.h - the rings of a device (devices.h) that another program serves by vhost-user: passes the
 * doorbell on to it, and its calls to the guest.
 *
 * Invariant: the other program serves rings only between relay_start() and relay_stop(), and only
 * rings that lie in the guest's memory.
 */
#ifndef LAUNCH_RELAY_H
#define LAUNCH_RELAY_H

#include "vhost_user.h"

#include <wedge/dev/virtio_server.h>

struct relay {
	struct vhost_user link;
	struct vhost_user_ring ring[VIRTIO_QUEUES_MAX];
	unsigned int queues;
	int call;  /* the eventfd by which all rings are called */
	int input; /* can be read when there is something for relay_move() */
	bool started;
};

/*
 * Agrees with the program behind a connected socket, which is the relay's from now on. `wait`: ms
 * that it may take for a reply. Returns 0 or an error number, as vhost_user_open() does.
 */
int relay_open(struct relay *relay, int socket, unsigned int queues, unsigned int wait);

/*
 * The program begins to serve the rings of `server`. EINVAL: these are not right, nothing was done.
 * Any other error: the program is of no use any more.
 */
int relay_start(struct relay *relay, const struct virtio_server *server);

/*
 * Passes on what there is; call it after a doorbell and when `input` can be read. An error number
 * if the program is lost, else 0.
 */
int relay_move(struct relay *relay, struct virtio_server *server);

/* Returns 0 when the program does not serve any more, or an error number if it did not say so. */
int relay_stop(struct relay *relay);

/* Closes all descriptors; the other end sees that. */
void relay_close(struct relay *relay);

#endif
