/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.c - both sides of a TCP connection, and what it costs: load (the server), load ADDRESS.
 *
 * Under QEMU's counting clock a nanosecond is an instruction of the whole machine. The server lets
 * the client choose by its first byte: bytes that come back, bytes to read, bytes to take.
 *
 * Invariant: prints a figure only if all bytes of it have come.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 5000, TRIPS = 1000, MIB = 32, BYTES = MIB << 20, ROUNDS = 2 };

static char buffer[65536];

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Does not wait for more to send. */
static void send_at_once(int s)
{
	int one = 1;

	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void put(int s)
{
	for (long sent = 0, n; sent < BYTES; sent += n) {
		n = write(s, buffer, sizeof(buffer));
		if (n <= 0)
			return;
	}
}

static long get(int s)
{
	long got = 0;

	for (long n; (n = read(s, buffer, sizeof(buffer))) > 0;)
		got += n;
	return got;
}

static void answer(int s)
{
	char c;

	if (read(s, &c, 1) != 1)
		return;
	if (c == 'g')
		put(s);
	else if (c == 'p')
		dprintf(s, "%ld\n", get(s));
	else
		while (read(s, &c, 1) == 1 && write(s, &c, 1) == 1)
			;
}

static void serve(void)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int s = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(s, (void *)&here, sizeof(here)) || listen(s, 4))
		fail("bind");
	for (;;) {
		int c = accept(s, NULL, NULL);

		if (c < 0)
			continue;
		send_at_once(c);
		answer(c);
		close(c);
	}
}

static int ask(const char *address, char what)
{
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int s = socket(AF_INET, SOCK_STREAM, 0);

	inet_aton(address, &there.sin_addr);
	if (connect(s, (void *)&there, sizeof(there)))
		fail("connect");
	send_at_once(s);
	if (write(s, &what, 1) != 1)
		fail("write");
	return s;
}

static void figure(const char *name, int64_t ns, int count)
{
	printf("FIGURE %s %lld\n", name, (long long)(ns / count));
	fflush(stdout);
}

static void measure_trips(const char *address)
{
	int s = ask(address, 'e');
	int64_t start = now();
	char c = 0;

	for (int i = 0; i < TRIPS; i++)
		if (write(s, &c, 1) != 1 || read(s, &c, 1) != 1)
			fail("a round trip");
	figure("trip", now() - start, TRIPS);
	close(s);
}

static void measure_get(const char *address)
{
	int s = ask(address, 'g');
	int64_t start = now();

	if (get(s) != BYTES)
		fail("get");
	figure("get", now() - start, MIB);
	close(s);
}

static void measure_put(const char *address)
{
	int s = ask(address, 'p');
	int64_t start = now();
	char text[32] = "";

	put(s);
	shutdown(s, SHUT_WR);
	if (read(s, text, sizeof(text) - 1) < 0 || atol(text) != BYTES)
		fail("put");
	figure("put", now() - start, MIB);
	close(s);
}

int main(int argc, char **argv)
{
	if (argc == 1)
		serve();
	/* The first round is before TCP has found its speed. */
	for (int i = 0; i < ROUNDS; i++) {
		measure_trips(argv[1]);
		measure_get(argv[1]);
		measure_put(argv[1]);
	}
	return 0;
}
