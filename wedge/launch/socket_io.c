/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket_io.c - see socket_io.h.
 *
 * Invariant: no call waits but in its poll.
 */
#include "socket_io.h"
#include "launcher.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

enum { NS_PER_MS = 1000000 };

/* False: it is `until`. */
static bool wait_for(int socket, short events, uint64_t until)
{
	struct pollfd p = {.fd = socket, .events = events};
	uint64_t now = now_ns();

	return now < until && poll(&p, 1, (int)((until - now) / NS_PER_MS) + 1) != 0;
}

/* What a transfer of no byte means; 0: it is to be tried again. */
static int error_of(ssize_t done)
{
	if (done == 0 || errno == ECONNRESET)
		return EPIPE;
	return errno == EINTR || errno == EAGAIN ? 0 : errno;
}

int socket_receive(int socket, void *to, size_t size, uint64_t until)
{
	size_t done = 0;
	int error = 0;

	while (done < size && !error) {
		ssize_t got;

		if (!wait_for(socket, POLLIN, until))
			return ETIMEDOUT;
		got = recv(socket, (char *)to + done, size - done, MSG_DONTWAIT);
		if (got > 0)
			done += (size_t)got;
		else
			error = error_of(got);
	}
	return error;
}

int socket_send(int socket, const void *from, size_t size, uint64_t until)
{
	size_t done = 0;
	int error = 0;

	while (done < size && !error) {
		ssize_t put;

		if (!wait_for(socket, POLLOUT, until))
			return ETIMEDOUT;
		put = send(socket, (const char *)from + done, size - done,
			   MSG_DONTWAIT | MSG_NOSIGNAL);
		if (put > 0)
			done += (size_t)put;
		else
			error = error_of(put);
	}
	return error;
}
