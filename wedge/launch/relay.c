/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relay.c - see relay.h. The wedge has one doorbell for all rings of a device, which rings for a
 * reset too, and which only the launcher reads. So a ring is kicked if it has changed.
 *
 * Invariant: a ring is kicked after each change of its available index that a doorbell told of.
 */
#include "relay.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int add_input(const struct relay *relay, int fd)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP};

	return epoll_ctl(relay->input, EPOLL_CTL_ADD, fd, &event);
}

static int make_descriptors(struct relay *relay)
{
	relay->input = epoll_create1(EPOLL_CLOEXEC);
	relay->call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (relay->input < 0 || relay->call < 0)
		return errno;
	for (unsigned int i = 0; i < relay->queues; i++) {
		relay->ring[i].call = relay->call;
		relay->ring[i].kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (relay->ring[i].kick < 0)
			return errno;
	}
	if (add_input(relay, relay->call) < 0 || add_input(relay, relay->link.socket) < 0)
		return errno;
	return 0;
}

int relay_open(struct relay *relay, int socket, unsigned int queues, unsigned int wait)
{
	int error;

	*relay = (struct relay){.queues = queues, .call = -1, .input = -1};
	for (unsigned int i = 0; i < VIRTIO_QUEUES_MAX; i++)
		relay->ring[i].kick = -1;
	error = vhost_user_open(&relay->link, socket, wait);
	return error ? error : make_descriptors(relay);
}

int relay_start(struct relay *relay, const struct virtio_server *server)
{
	for (unsigned int i = 0; i < relay->queues; i++) {
		if (!virtio_queue_is_right(&server->queue[i]))
			return EINVAL;
		relay->ring[i].ring = server->queue[i].ring;
	}
	relay->started = true;
	return vhost_user_start(&relay->link, server->features, relay->ring, relay->queues);
}

int relay_move(struct relay *relay, struct virtio_server *server)
{
	const uint64_t one = 1;
	uint64_t calls;

	if (vhost_user_is_lost(&relay->link))
		return relay->link.error ? relay->link.error : EPIPE;
	if (read(relay->call, &calls, sizeof(calls)) > 0)
		virtio_server_interrupt(server);
	for (unsigned int i = 0; i < relay->queues; i++)
		if (virtio_queue_has_news(&server->queue[i]) &&
		    write(relay->ring[i].kick, &one, sizeof(one)) < 0 && errno != EAGAIN)
			return errno;
	return 0;
}

int relay_stop(struct relay *relay)
{
	if (!relay->started)
		return 0;
	relay->started = false;
	return vhost_user_stop(&relay->link, relay->ring, relay->queues);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void relay_close(struct relay *relay)
{
	relay->started = false;
	close_if_open(relay->link.socket);
	close_if_open(relay->input);
	close_if_open(relay->call);
	for (unsigned int i = 0; i < VIRTIO_QUEUES_MAX; i++)
		close_if_open(relay->ring[i].kick);
	*relay = (struct relay){.link.socket = -1, .input = -1, .call = -1};
	for (unsigned int i = 0; i < VIRTIO_QUEUES_MAX; i++)
		relay->ring[i].kick = -1;
}
