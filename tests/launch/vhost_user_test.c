/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vhost_user_test.c - the front end of vhost-user beside a server that keeps the protocol, and such
 * that do not: wrong replies, refusals, silence, an end at every request. Numbers are written out
 * from the specification, not taken from the front end.
 *
 * Invariant: the server answers in a thread of its own, and notes what it was asked.
 */
#include "../wedge/tap.h"

#include "../../wedge/launch/vhost_user.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 150, ASKED_MAX = 64, RINGS = 2, WORDS = 12 };

/* What the server does at one of the requests, and from then on. */
enum fault {
	NONE,
	WRONG_REQUEST,
	NO_REPLY_FLAG,
	WRONG_VERSION,
	TOO_SHORT,
	TOO_LONG,
	HALF,
	SILENCE,
	END,
	REFUSAL,
	FAULTS
};

struct asked {
	uint32_t request, flags, size;
	uint64_t payload[WORDS];
	unsigned int fds;
};

static struct {
	int socket;
	pthread_t thread;
	enum fault fault;
	unsigned int at; /* how many requests it answers before */
	uint64_t features, protocol;
	struct asked asked[ASKED_MAX];
	unsigned int count;
} server;

static struct vhost_user front;
static int front_socket;

static bool take(struct asked *a)
{
	char control[CMSG_SPACE(8 * sizeof(int))];
	struct iovec bytes = {.iov_base = a, .iov_len = 12};
	struct msghdr m = {.msg_iov = &bytes,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	struct cmsghdr *c;

	*a = (struct asked){0};
	if (recvmsg(server.socket, &m, MSG_WAITALL) != 12)
		return false;
	c = CMSG_FIRSTHDR(&m);
	if (c) {
		a->fds = (unsigned int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		for (unsigned int i = 0; i < a->fds; i++)
			close(((int *)(void *)CMSG_DATA(c))[i]);
	}
	return !a->size || recv(server.socket, a->payload, a->size, MSG_WAITALL) == a->size;
}

/* Whether the request has a reply, and which. */
static bool reply_to(const struct asked *a, uint64_t *value)
{
	*value = 0;
	switch (a->request) {
	case 1:
		*value = server.features;
		return true;
	case 15:
		*value = server.protocol;
		return true;
	case 11: /* index, then how far the ring was served */
		*value = (a->payload[0] & UINT32_MAX) | UINT64_C(5) << 32;
		return true;
	default:
		return a->flags & 8;
	}
}

static bool give(const struct asked *a, uint64_t value, enum fault fault)
{
	uint32_t message[8] = {a->request, 5, 8, (uint32_t)value, (uint32_t)(value >> 32), 0, 0, 0};
	size_t size = 20;

	if (fault == WRONG_REQUEST)
		message[0] = 33;
	if (fault == NO_REPLY_FLAG)
		message[1] = 1;
	if (fault == WRONG_VERSION)
		message[1] = 6;
	if (fault == TOO_SHORT)
		message[2] = 4;
	if (fault == TOO_LONG)
		message[2] = 0x10000000;
	if (fault == REFUSAL)
		message[3] = 1;
	if (fault == HALF)
		size = 15;
	return send(server.socket, message, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static void *serve(void *unused)
{
	struct asked a;
	uint64_t value;

	while (take(&a)) {
		enum fault fault = server.count >= server.at ? server.fault : NONE;

		if (server.count < ASKED_MAX)
			server.asked[server.count++] = a;
		if (fault == END)
			break;
		if (reply_to(&a, &value) && fault != SILENCE)
			give(&a, value, fault);
	}
	shutdown(server.socket, SHUT_RDWR);
	return unused;
}

static void start_server(enum fault fault, unsigned int at)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	front_socket = ends[0];
	server.socket = ends[1];
	server.fault = fault;
	server.at = at;
	server.count = 0;
	server.features = UINT64_C(1) << 32 | 1u << 30 | 1u << 28;
	server.protocol = 0xffff;
	assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void end_server(void)
{
	shutdown(front_socket, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(front_socket);
	close(server.socket);
}

/* All that the launcher does, up to the first error. */
static int whole_life(void)
{
	struct vhost_user_ring rings[RINGS] = {
		{.ring = {.descriptors = 0x1000,
			  .driver = 0x2000,
			  .device = 0x3000,
			  .size = 64,
			  .enabled = 1}},
		{.ring = {.descriptors = 0x100000000,
			  .driver = 0x5000,
			  .device = 0x6000,
			  .size = 128,
			  .enabled = 1}},
	};
	int memory = memfd_create("test", MFD_CLOEXEC), bell = eventfd(0, EFD_CLOEXEC), error;

	for (unsigned int i = 0; i < RINGS; i++)
		rings[i].kick = rings[i].call = bell;
	error = vhost_user_open(&front, front_socket, WAIT_MS);
	if (!error)
		error = vhost_user_memory(&front, memory, UINT64_C(0x140000000));
	if (!error)
		error = vhost_user_start(&front, UINT64_C(1) << 32, rings, RINGS);
	if (!error)
		error = vhost_user_stop(&front, rings, RINGS);
	close(memory);
	close(bell);
	return error;
}

static const struct asked *find(uint32_t request, unsigned int number)
{
	for (unsigned int i = 0; i < server.count; i++)
		if (server.asked[i].request == request && number-- == 0)
			return &server.asked[i];
	fail_msg("request %u was not made", request);
	return NULL;
}

static void check_memory(const struct asked *a)
{
	static const uint64_t table[] = {2,	      0,	  0xc0000000,  0,	   0,
					 0x100000000, 0x40000000, 0x100000000, 0x100000000};

	assert_int_equal(a->size, sizeof(table));
	assert_int_equal(a->fds, 2);
	assert_memory_equal(a->payload, table, sizeof(table));
}

static void test_good_server(void **state)
{
	static const uint64_t address[] = {1, 0x100000000, 0x6000, 0x5000, 0};

	(void)state;
	start_server(NONE, 0);
	assert_int_equal(whole_life(), 0);
	assert_false(vhost_user_is_lost(&front));
	assert_int_equal(front.features, UINT64_C(1) << 32 | 1u << 28);
	assert_int_equal(find(16, 0)->payload[0], 1 << 3);
	assert_int_equal(find(3, 0)->size, 0);
	check_memory(find(5, 0));
	assert_int_equal(find(2, 0)->payload[0], UINT64_C(1) << 32 | 1u << 30);
	assert_int_equal(find(8, 1)->payload[0], 1 | UINT64_C(128) << 32);
	assert_int_equal(find(10, 1)->payload[0], 1);
	assert_memory_equal(find(9, 1)->payload, address, sizeof(address));
	assert_int_equal(find(12, 1)->payload[0], 1);
	assert_int_equal(find(12, 1)->fds, 1);
	assert_int_equal(find(13, 1)->fds, 1);
	assert_int_equal(find(18, 1)->payload[0], 1 | UINT64_C(1) << 32);
	assert_int_equal(find(11, 1)->payload[0], 1);
	assert_true(find(5, 0)->flags == 9 && find(1, 0)->flags == 1);
	end_server();
	assert_true(vhost_user_is_lost(&front));
}

/* Without features of the protocol nothing is acknowledged, and rings are on by themselves. */
static void test_plain_server(void **state)
{
	(void)state;
	start_server(NONE, 0);
	server.features = UINT64_C(1) << 32;
	assert_int_equal(whole_life(), 0);
	for (unsigned int i = 0; i < server.count; i++)
		assert_true(server.asked[i].flags == 1 && server.asked[i].request != 15 &&
			    server.asked[i].request != 18);
	end_server();
}

static int error_of(enum fault fault)
{
	switch (fault) {
	case HALF:
	case SILENCE:
		return ETIMEDOUT;
	case END:
		return EPIPE;
	case REFUSAL:
		return ENOTSUP;
	default:
		return EPROTO;
	}
}

/* Each fault at each request: the error is told, and it stays. */
static void test_bad_servers(void **state)
{
	unsigned int requests;

	(void)state;
	start_server(NONE, 0);
	assert_int_equal(whole_life(), 0);
	requests = server.count;
	end_server();
	assert_true(requests > 15);
	for (enum fault fault = WRONG_REQUEST; fault < FAULTS; fault++)
		for (unsigned int at = 0; at < requests; at += fault == SILENCE ? 5 : 1) {
			uint64_t unused;
			int error;

			start_server(fault, at);
			error = whole_life();
			end_server();
			/* A number that is asked for cannot be refused. */
			if (fault == REFUSAL && reply_to(&server.asked[at], &unused) &&
			    (server.asked[at].request == 1 || server.asked[at].request == 15 ||
			     server.asked[at].request == 11))
				continue;
			/* It may be found out while the next request is sent. */
			if (error != error_of(fault))
				fail_msg("fault %d at request %u: %s", fault, at, strerror(error));
			assert_int_equal(vhost_user_memory(&front, -1, 1), error);
			assert_true(vhost_user_is_lost(&front));
		}
}

/* A reply that nobody asked for. */
static void test_unasked(void **state)
{
	(void)state;
	start_server(NONE, 0);
	assert_int_equal(whole_life(), 0);
	assert_true(give(&server.asked[0], 0, NONE));
	assert_true(vhost_user_is_lost(&front));
	end_server();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_server),
		cmocka_unit_test(test_plain_server),
		cmocka_unit_test(test_bad_servers),
		cmocka_unit_test(test_unasked),
	};

	return RUN_TAP(tests);
}
