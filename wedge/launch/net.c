/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.c - see net.h. Frames between the device (wedge/dev/virtio/net.c) and a descriptor, which is
 * a stream in which each frame has its length in front (passt), or takes and gives one frame at a
 * time with the device's own header in front (tap).
 *
 * Invariant: a frame goes out whole, before the next one; one that has come whole goes to the guest
 * or waits here, and nothing more is read then.
 */
#include "net.h"
#include "devices.h"
#include "net_open.h"

#include <wedge/dev/virtio_net.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define TAP_FEATURES                                                                               \
	(VIRTIO_NET_CSUM | VIRTIO_NET_GUEST_CSUM | VIRTIO_NET_HOST_TSO4 | VIRTIO_NET_HOST_TSO6 |   \
	 VIRTIO_NET_GUEST_TSO4 | VIRTIO_NET_GUEST_TSO6)

/* Bytes in front of a frame: its length in a stream, the device's header in a packet. */
enum { LENGTH = sizeof(uint32_t), HEADER = sizeof(struct virtio_net_header) };
enum { FRAME_ROOM = HEADER + VIRTIO_NET_FRAME_MAX, STREAM_ROOM = 4 * FRAME_ROOM };

struct net {
	struct virtio_net model;
	int fd;			 /* -1: the other side is gone */
	bool packets;		 /* one frame at a time */
	bool waits;		 /* the driver has no buffer for the next frame of `in` */
	size_t in_from, in_to;	 /* what was read and not given to the driver */
	size_t out_from, out_to; /* the rest of the frame that is on its way */
	uint8_t in[STREAM_ROOM], out[FRAME_ROOM];
};

static struct net net;

/* ---- to the other side ---- */

/* How many of the bytes went; less than all only in a stream. -1: none, errno says why. */
static ssize_t put(struct net *n, const struct iovec *bytes, size_t count)
{
	const struct msghdr message = {.msg_iov = (struct iovec *)bytes, .msg_iovlen = count};

	return n->packets ? writev(n->fd, bytes, (int)count)
			  : sendmsg(n->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* False: a part of a frame is still here. */
static bool flush(struct net *n)
{
	const struct iovec rest = {n->out + n->out_from, n->out_to - n->out_from};
	ssize_t done;

	if (!rest.iov_len || n->fd < 0)
		return true;
	done = put(n, &rest, 1);
	if (done > 0)
		n->out_from += (size_t)done;
	return n->out_from == n->out_to;
}

/* Keeps what is behind the first `done` bytes. */
static void keep(struct net *n, const struct iovec *bytes, size_t count, size_t done)
{
	n->out_from = n->out_to = 0;
	for (size_t i = 0; i < count; i++) {
		size_t skip = done < bytes[i].iov_len ? done : bytes[i].iov_len;
		size_t part = bytes[i].iov_len - skip;

		memcpy(n->out + n->out_to, (const uint8_t *)bytes[i].iov_base + skip, part);
		n->out_to += part;
		done -= skip;
	}
}

bool dev_host_net_send(unsigned int number, const struct virtio_net_header *h,
		       const struct virtio_segment *frame, unsigned int count)
{
	struct iovec bytes[1 + VIRTIO_QUEUE_SIZE_MAX];
	struct virtio_net_header header = *h;
	uint32_t length = htonl((uint32_t)virtio_length(frame, count));
	ssize_t done;

	(void)number;
	if (net.fd < 0)
		return true;
	if (!flush(&net))
		return false;
	devices_elements(bytes + 1, frame, count);
	bytes[0] = net.packets ? (struct iovec){&header, HEADER} : (struct iovec){&length, LENGTH};
	done = put(&net, bytes, 1 + count);
	if (done < 0)
		return errno != EAGAIN; /* what a tap refuses is lost, as on a wire */
	if (!net.packets)
		keep(&net, bytes, 1 + count, (size_t)done);
	return true;
}

void dev_host_net_push(unsigned int number)
{
	(void)number;
}

/* ---- from the other side ---- */

static void lose(struct net *n, struct virtio_server *server, const char *why)
{
	close(n->fd);
	n->fd = -1;
	n->model.link = false;
	say("the guest's network is gone: %s", why);
	virtio_net_show_link(&n->model, server);
}

/* The length in front of the next frame of a stream; false if it has not come yet. */
static bool length_in_front(const struct net *n, size_t *length)
{
	uint32_t word;

	if (n->in_to - n->in_from < sizeof(word))
		return false;
	memcpy(&word, n->in + n->in_from, sizeof(word));
	*length = ntohl(word);
	return true;
}

/* A length that no frame has: the stream has no sense from there on. */
static bool is_torn(const struct net *n)
{
	size_t length;

	return !n->packets && length_in_front(n, &length) &&
	       (length < VIRTIO_NET_FRAME_MIN || length > VIRTIO_NET_FRAME_MAX);
}

/* The next whole frame in `in`: bytes in front of it, and its own; false if there is none. */
static bool next_frame(const struct net *n, size_t *front, size_t *length)
{
	size_t have = n->in_to - n->in_from;

	if (n->packets) {
		*front = HEADER;
		*length = have - HEADER;
		return have >= HEADER;
	}
	*front = LENGTH;
	return length_in_front(n, length) && have - LENGTH >= *length;
}

/* Gives the driver the frames that have come, as far as it has buffers. */
static void give(struct net *n, struct virtio_server *server)
{
	size_t front, length;

	n->waits = false;
	while (!is_torn(n) && next_frame(n, &front, &length) && !n->waits) {
		struct virtio_net_header header = {.flags = VIRTIO_NET_DATA_VALID};
		const struct virtio_segment frame = {n->in + n->in_from + front, (uint32_t)length};

		if (n->packets)
			memcpy(&header, n->in + n->in_from, HEADER);
		n->waits = !virtio_net_receive(&n->model, server, &header, &frame, 1);
		if (!n->waits)
			n->in_from += front + length;
	}
}

/* Reads what there is, up to what there is room for; false if there is no more for now. */
static bool take(struct net *n, struct virtio_server *server)
{
	size_t room;
	ssize_t done;

	memmove(n->in, n->in + n->in_from, n->in_to - n->in_from);
	n->in_to -= n->in_from;
	n->in_from = 0;
	room = n->packets ? FRAME_ROOM : sizeof(n->in) - n->in_to;
	done = read(n->fd, n->in + n->in_to, room);
	if (done > 0)
		n->in_to += (size_t)done;
	else if (done == 0)
		lose(n, server, n->packets ? "its interface was taken away" : "passt has ended");
	else if (errno != EAGAIN && errno != EINTR)
		lose(n, server, strerror(errno));
	return n->packets ? done > 0 : done == (ssize_t)room;
}

static void receive(struct net *n, struct virtio_server *server)
{
	bool more = true;

	give(n, server);
	while (more && n->fd >= 0 && !n->waits && virtio_server_runs(server)) {
		more = take(n, server);
		give(n, server);
		if (is_torn(n))
			lose(n, server, "what passt says makes no sense");
	}
}

/* ---- the device ---- */

static void serve(void *model, struct virtio_server *server)
{
	struct net *n = model;

	flush(n);
	virtio_net_serve(&n->model, server);
	receive(n, server);
	/* A frame that waits for room on the other side must not wait for ever if that is gone. */
	if (n->model.waits && n->fd < 0)
		virtio_net_serve(&n->model, server);
}

static unsigned int other_side(void *model, struct pollfd *polls)
{
	const struct net *n = model;
	bool sends = n->model.waits || n->out_from != n->out_to;

	*polls = (struct pollfd){
		.fd = n->fd,
		.events = (short)((n->waits ? 0 : POLLIN) | (sends ? POLLOUT : 0)),
	};
	return polls->events ? 1 : 0;
}

static void stop(void *model)
{
	struct net *n = model;

	virtio_net_forget(&n->model);
}

static const struct device_kind kind = {.serve = serve, .others = other_side, .stop = stop};

/* Two guests may be on one wire, but not on one tap. */
static void make_address(uint8_t *address, const char *tap)
{
	static const uint8_t first[] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
	uint32_t hash = 2166136261u; /* FNV-1a */

	memcpy(address, first, sizeof(first));
	if (!tap)
		return;
	for (; *tap; tap++)
		hash = (hash ^ (uint8_t)*tap) * 16777619u;
	for (unsigned int i = 3; i < VIRTIO_NET_ADDRESS; i++)
		address[i] = (uint8_t)(hash >> 8 * (i - 3));
}

void net_open(const struct net_option *option)
{
	struct virtio_identity identity;

	if (option->kind == NET_NONE)
		return;
	net.packets = option->kind == NET_TAP;
	net.fd = net.packets ? net_open_tap(option->tap) : net_open_passt(option);
	net.model = (struct virtio_net){.link = true};
	net.model.features = net.packets ? TAP_FEATURES : VIRTIO_NET_GUEST_CSUM;
	net.model.mtu = net.packets ? 0 : NET_PASST_MTU;
	make_address(net.model.address, option->tap);
	virtio_net_identity(&net.model, &identity);
	devices_add(&kind, &net, &identity);
}
