/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One TCP connection to another machine: the round trip of a byte, and streams either way. The
 * other side is this program too.
 *
 * Invariant: the connection stays from batch to batch, so that TCP has found its speed when the
 * first sample is taken; a batch ends when all of its bytes have arrived.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"

enum { TRIP = 't', GET = 'g', PUT = 'p' };
enum { PIECE = 65536, STREAM = 1 << 20, ADDRESS_CHARACTERS = 16 };

/* What the client asks for: so many bytes that come back, are sent, or are taken. */
struct order {
	uint32_t what, bytes;
};

static const char *server;
static char piece[PIECE];

void io_server(const char *place)
{
	server = place;
}

static struct sockaddr_in parse(const char *place)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	const char *colon = strchr(place, ':');
	char address[ADDRESS_CHARACTERS] = "";

	if (colon && (size_t)(colon - place) < sizeof(address))
		memcpy(address, place, (size_t)(colon - place));
	if (!inet_aton(address, &at.sin_addr)) {
		errno = EINVAL;
		fail(place);
	}
	at.sin_port = htons((uint16_t)atoi(colon + 1));
	return at;
}

static void send_at_once(int fd)
{
	int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		fail("TCP_NODELAY");
}

/* The server's side of what may break is a connection that ends: false. */
static bool put(int fd, uint32_t bytes)
{
	while (bytes) {
		ssize_t n = write(fd, piece, bytes < PIECE ? bytes : PIECE);

		if (n <= 0)
			return false;
		bytes -= (uint32_t)n;
	}
	return true;
}

static bool get(int fd, uint32_t bytes)
{
	while (bytes) {
		ssize_t n = read(fd, piece, bytes < PIECE ? bytes : PIECE);

		if (n <= 0)
			return false;
		bytes -= (uint32_t)n;
	}
	return true;
}

/* ---- the server ---- */

/*
 * The last bytes of a stream fill no segment. passt keeps such until all is acknowledged (RFC 1122,
 * 4.2.3.4), and Linux would wait 40 ms for something to send with the acknowledgement.
 */
static bool take_stream(int fd, uint32_t bytes)
{
	int on = 1;

	while (bytes) {
		uint32_t part = bytes < PIECE ? bytes : PIECE;

		if (setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on)) != 0 ||
		    !get(fd, part))
			return false;
		bytes -= part;
	}
	return true;
}

static bool follow(int fd)
{
	struct order order;

	if (recv(fd, &order, sizeof(order), MSG_WAITALL) != sizeof(order))
		return false;
	switch (order.what) {
	case TRIP:
		while (order.bytes && get(fd, 1) && put(fd, 1))
			order.bytes--;
		return order.bytes == 0;
	case GET:
		return put(fd, order.bytes);
	default:
		return take_stream(fd, order.bytes) && put(fd, 1);
	}
}

_Noreturn void io_serve(const char *place)
{
	struct sockaddr_in at = parse(place);
	socklen_t length = sizeof(at);
	int listening = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(listening, (struct sockaddr *)&at, length) != 0 || listen(listening, 1) != 0 ||
	    getsockname(listening, (struct sockaddr *)&at, &length) != 0)
		fail(place);
	printf("BENCH-PORT %u\n", ntohs(at.sin_port));
	fflush(stdout);
	for (;;) {
		int fd = accept(listening, NULL, NULL);

		if (fd < 0)
			continue;
		send_at_once(fd);
		while (follow(fd))
			continue;
		close(fd);
	}
}

/* ---- the client ---- */

static int connection(void)
{
	static int fd = -1;
	struct sockaddr_in at;

	if (fd >= 0)
		return fd;
	if (!server)
		fail("network operations need --server");
	at = parse(server);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		fail(server);
	send_at_once(fd);
	return fd;
}

static int ask(uint32_t what, uint32_t bytes)
{
	struct order order = {what, bytes};
	int fd = connection();

	if (write(fd, &order, sizeof(order)) != sizeof(order))
		fail(server);
	return fd;
}

static void trips(int fd, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!put(fd, 1) || !get(fd, 1))
			fail(server);
}

/* What comes right behind the order waits for its acknowledgement (RFC 1122, 4.2.3.2 and 4.2.3.4).
 */
unsigned run_tcp_trip(unsigned count)
{
	int fd = ask(TRIP, 1 + count);

	trips(fd, 1);
	timing_start();
	trips(fd, count);
	timing_stop();
	return count;
}

/* Streams are counted in MiB, of which an order can ask for 4095. */
static unsigned limited(unsigned count)
{
	return count < UINT32_MAX / STREAM ? count : UINT32_MAX / STREAM;
}

unsigned run_tcp_get(unsigned count)
{
	count = limited(count);
	timing_start();
	if (!get(ask(GET, count * STREAM), count * STREAM))
		fail(server);
	timing_stop();
	return count;
}

unsigned run_tcp_put(unsigned count)
{
	int fd;

	count = limited(count);
	timing_start();
	fd = ask(PUT, count * STREAM);
	if (!put(fd, count * STREAM) || !get(fd, 1))
		fail(server);
	timing_stop();
	return count;
}
