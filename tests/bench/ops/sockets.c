/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The round trip of a byte between two processes by sockets: UNIX, and TCP by the loopback device.
 *
 * Invariant: the byte has gone there and back once before the clock starts; the other process has
 * ended before the operation returns.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* Sends back what comes until the other side has closed. */
_Noreturn static void echo(int fd)
{
	char byte;

	while (read(fd, &byte, 1) == 1)
		if (write(fd, &byte, 1) != 1)
			_exit(1);
	_exit(0);
}

static void go_and_return(int fd, unsigned count)
{
	char byte = 'x';

	for (unsigned i = 0; i < count; i++)
		if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
			fail("a byte over a socket");
}

static unsigned run_socket(const int ends[2], unsigned count)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		fail("fork");
	if (child == 0) {
		close(ends[0]);
		echo(ends[1]);
	}
	close(ends[1]);
	go_and_return(ends[0], 1);
	timing_start();
	go_and_return(ends[0], count);
	timing_stop();
	close(ends[0]);
	if (waitpid(child, &status, 0) != child || status != 0)
		fail("the other end of a socket");
	return count;
}

unsigned run_unix_socket(unsigned count)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		fail("socketpair");
	return run_socket(ends, count);
}

/* A guest that has just booted has its loopback device down. */
static void bring_loopback_up(int fd)
{
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	strcpy(request.ifr_name, "lo");
	if (ioctl(fd, SIOCGIFFLAGS, &request) != 0)
		fail("the device lo");
	if (request.ifr_flags & IFF_UP)
		return;
	request.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request) != 0)
		fail("bringing lo up");
}

static int tcp_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		fail("a TCP socket");
	return fd;
}

/* Both ends of a connection, to a port that the kernel chooses. */
static void connect_tcp(int ends[2])
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t length = sizeof(at);
	int listening = tcp_socket();

	bring_loopback_up(listening);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listening, (struct sockaddr *)&at, length) != 0 || listen(listening, 1) != 0 ||
	    getsockname(listening, (struct sockaddr *)&at, &length) != 0)
		fail("listening on lo");
	ends[0] = tcp_socket();
	if (connect(ends[0], (struct sockaddr *)&at, sizeof(at)) != 0)
		fail("connecting on lo");
	ends[1] = accept(listening, NULL, NULL);
	if (ends[1] < 0)
		fail("accept");
	close(listening);
}

unsigned run_tcp(unsigned count)
{
	int ends[2];

	connect_tcp(ends);
	return run_socket(ends, count);
}
