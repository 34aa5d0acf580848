/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vhost_user.c - see vhost_user.h.
 *
 * Invariant: one request at a time; its answer, if it has one, is read before the next is sent.
 */
#include "vhost_user.h"
#include "launcher.h"
#include "socket_io.h"

#include <wedge/launch.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Requests ("Front-end message types"). */
enum request {
	GET_FEATURES = 1,
	SET_FEATURES = 2,
	SET_OWNER = 3,
	SET_MEM_TABLE = 5,
	SET_VRING_NUM = 8,
	SET_VRING_ADDR = 9,
	SET_VRING_BASE = 10,
	GET_VRING_BASE = 11,
	SET_VRING_KICK = 12,
	SET_VRING_CALL = 13,
	GET_PROTOCOL_FEATURES = 15,
	SET_PROTOCOL_FEATURES = 16,
	SET_VRING_ENABLE = 18,
};

/* Flags of a message ("Header"). */
enum { VERSION = 1, VERSION_MASK = 3, IS_REPLY = 1 << 2, NEED_REPLY = 1 << 3 };

/* A feature of the device by which the server says that it has features of the protocol. */
#define HAS_PROTOCOL_FEATURES (UINT64_C(1) << 30)

/* Feature of the protocol: each request can be acknowledged. */
#define REPLY_ACK (UINT64_C(1) << 3)

enum { REGIONS_MAX = 2 };

struct vring_state {
	uint32_t index;
	uint32_t number;
};

struct vring_address {
	uint32_t index;
	uint32_t flags;
	uint64_t descriptors;
	uint64_t used;
	uint64_t available;
	uint64_t log;
};

struct region {
	uint64_t guest_address;
	uint64_t size;
	uint64_t user_address;
	uint64_t file_offset;
};

struct memory_table {
	uint32_t count;
	uint32_t padding;
	struct region region[REGIONS_MAX];
};

struct message {
	uint32_t request;
	uint32_t flags;
	uint32_t size; /* of the payload */
	union {
		uint64_t number;
		struct vring_state state;
		struct vring_address address;
		struct memory_table memory;
	} payload;
} __attribute__((packed));

enum { HEADER = 12 };

static int fail(struct vhost_user *v, int error)
{
	if (!v->error)
		v->error = error;
	return v->error;
}

/* Descriptors go along with the first byte. */
static int send_message(struct vhost_user *v, struct message *m, const int *fds, unsigned int count)
{
	char control[CMSG_SPACE(sizeof(int) * REGIONS_MAX)] __attribute__((aligned(8))) = {0};
	struct iovec bytes = {.iov_base = m, .iov_len = HEADER + m->size};
	struct msghdr header = {.msg_iov = &bytes, .msg_iovlen = 1};
	ssize_t done;

	if (count) {
		struct cmsghdr *c = (struct cmsghdr *)(void *)control;

		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE(sizeof(int) * count);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * count);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * count);
	}
	do
		done = sendmsg(v->socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return fail(v, errno == EAGAIN ? ETIMEDOUT : errno);
	/* A message is far smaller than a socket's buffer: what does not fit was never read. */
	return (size_t)done == bytes.iov_len ? 0 : fail(v, ETIMEDOUT);
}

static int receive(struct vhost_user *v, void *to, size_t size, uint64_t until)
{
	int error = socket_receive(v->socket, to, size, until);

	return error ? fail(v, error) : 0;
}

/* Reads the reply to `request`, whose payload has `size` bytes. */
static int receive_reply(struct vhost_user *v, struct message *m, uint32_t request, uint32_t size)
{
	uint64_t until = now_ns() + v->wait * UINT64_C(1000000);
	int error = receive(v, m, HEADER, until);

	if (error)
		return error;
	if (m->request != request || !(m->flags & IS_REPLY) ||
	    (m->flags & VERSION_MASK) != VERSION || m->size != size)
		return fail(v, EPROTO);
	return receive(v, &m->payload, size, until);
}

/* Sends a request that has no reply of its own; the server acknowledges it if it can do that. */
static int tell(struct vhost_user *v, struct message *m, const int *fds, unsigned int count)
{
	uint32_t request = m->request;
	bool acknowledged = v->protocol & REPLY_ACK;

	if (v->error)
		return v->error;
	m->flags = VERSION | (acknowledged ? NEED_REPLY : 0);
	if (send_message(v, m, fds, count))
		return v->error;
	if (!acknowledged)
		return 0;
	if (receive_reply(v, m, request, sizeof(m->payload.number)))
		return v->error;
	return m->payload.number ? fail(v, ENOTSUP) : 0;
}

static int tell_number(struct vhost_user *v, enum request request, uint64_t number)
{
	struct message m = {.request = request, .size = sizeof(number), .payload.number = number};

	return tell(v, &m, NULL, 0);
}

static int tell_state(struct vhost_user *v, enum request request, uint32_t index, uint32_t number)
{
	struct message m = {.request = request,
			    .size = sizeof(m.payload.state),
			    .payload.state = {.index = index, .number = number}};

	return tell(v, &m, NULL, 0);
}

static int tell_descriptor(struct vhost_user *v, enum request request, uint32_t index, int fd)
{
	struct message m = {
		.request = request, .size = sizeof(m.payload.number), .payload.number = index};

	return tell(v, &m, &fd, 1);
}

/* Sends `m`, a request with a reply of `size` bytes, which takes its place. */
static int ask(struct vhost_user *v, struct message *m, uint32_t size)
{
	if (v->error)
		return v->error;
	m->flags = VERSION;
	if (send_message(v, m, NULL, 0))
		return v->error;
	return receive_reply(v, m, m->request, size);
}

static int ask_number(struct vhost_user *v, enum request request, uint64_t *number)
{
	struct message m = {.request = request};

	if (ask(v, &m, sizeof(*number)))
		return v->error;
	*number = m.payload.number;
	return 0;
}

int vhost_user_open(struct vhost_user *v, int socket, unsigned int wait)
{
	uint64_t protocol = 0;

	*v = (struct vhost_user){.socket = socket, .wait = wait};
	if (ask_number(v, GET_FEATURES, &v->features))
		return v->error;
	if (v->features & HAS_PROTOCOL_FEATURES) {
		if (ask_number(v, GET_PROTOCOL_FEATURES, &protocol) ||
		    tell_number(v, SET_PROTOCOL_FEATURES, protocol & REPLY_ACK))
			return v->error;
		v->protocol = protocol & REPLY_ACK;
		v->enables = true;
		v->features &= ~HAS_PROTOCOL_FEATURES;
	}
	return tell(v, &(struct message){.request = SET_OWNER}, NULL, 0);
}

static void add_region(struct memory_table *t, uint64_t from, uint64_t to)
{
	t->region[t->count++] = (struct region){
		.guest_address = from,
		.size = to - from,
		.user_address = from,
		.file_offset = from,
	};
}

int vhost_user_memory(struct vhost_user *v, int fd, uint64_t bytes)
{
	struct message m = {.request = SET_MEM_TABLE};
	const int fds[REGIONS_MAX] = {fd, fd};
	struct memory_table t = {0};

	add_region(&t, 0, bytes < LAUNCH_HOLE ? bytes : LAUNCH_HOLE);
	if (bytes > LAUNCH_HOLE_END)
		add_region(&t, LAUNCH_HOLE_END, bytes);
	m.payload.memory = t;
	m.size = (uint32_t)(sizeof(t) - (REGIONS_MAX - t.count) * sizeof(t.region[0]));
	return tell(v, &m, fds, t.count);
}

static int start_ring(struct vhost_user *v, uint32_t index, const struct vhost_user_ring *r)
{
	struct message m = {.request = SET_VRING_ADDR,
			    .size = sizeof(m.payload.address),
			    .payload.address = {.index = index,
						.descriptors = r->ring.descriptors,
						.used = r->ring.device,
						.available = r->ring.driver}};

	tell_state(v, SET_VRING_NUM, index, r->ring.size);
	tell_state(v, SET_VRING_BASE, index, 0);
	tell(v, &m, NULL, 0);
	tell_descriptor(v, SET_VRING_CALL, index, r->call);
	tell_descriptor(v, SET_VRING_KICK, index, r->kick);
	if (v->enables)
		tell_state(v, SET_VRING_ENABLE, index, 1);
	return v->error;
}

int vhost_user_start(struct vhost_user *v, uint64_t features, const struct vhost_user_ring *rings,
		     unsigned int count)
{
	tell_number(v, SET_FEATURES, features | (v->enables ? HAS_PROTOCOL_FEATURES : 0));
	for (unsigned int i = 0; i < count; i++)
		if (rings[i].ring.enabled)
			start_ring(v, i, &rings[i]);
	return v->error;
}

int vhost_user_stop(struct vhost_user *v, const struct vhost_user_ring *rings, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct message m = {.request = GET_VRING_BASE,
				    .size = sizeof(m.payload.state),
				    .payload.state = {.index = i}};

		if (rings[i].ring.enabled && !ask(v, &m, sizeof(m.payload.state)) &&
		    m.payload.state.index != i)
			fail(v, EPROTO);
	}
	return v->error;
}

bool vhost_user_is_lost(const struct vhost_user *v)
{
	struct pollfd p = {.fd = v->socket, .events = POLLIN | POLLRDHUP};

	return v->error || poll(&p, 1, 0) != 0;
}
