/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nbd_test.c - the client of the NBD protocol beside servers: a right one, in front of a disk in
 * memory, and such as say something else, too little, or nothing.
 *
 * Invariant: the server's numbers are written out from the protocol's text, not taken from nbd.c.
 */
#include "../wedge/tap.h"

#include "../../wedge/launch/nbd.h"

#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BYTES = 4 << 20, WAIT_MS = 200 };

/* What a server does wrong, at its first request for data unless the name says otherwise. */
enum fault {
	NONE,
	GREETING,   /* it is none */
	NO_OPTIONS, /* it is of the old kind */
	REFUSES,    /* the export */
	WRONG_MAGIC,
	WRONG_NUMBER,
	STRUCTURED, /* a reply that was not agreed on */
	ENDS,
	SILENT,
	HALF, /* of the data */
	NO_SPACE,
};

static struct {
	int socket;
	enum fault fault;
	unsigned int flushes, trims, zeroes, no_holes, disconnects;
	uint8_t disk[BYTES];
} server;

static bool take(void *to, size_t size)
{
	return recv(server.socket, to, size, MSG_WAITALL) == (ssize_t)size;
}

static void give(const void *from, size_t size)
{
	send(server.socket, from, size, MSG_NOSIGNAL);
}

static void give_number(uint64_t value, unsigned int bytes)
{
	uint64_t big = htobe64(value);

	give((const uint8_t *)&big + sizeof(big) - bytes, bytes);
}

static bool shake_hands(void)
{
	uint8_t option[64];
	uint32_t length;

	give(server.fault == GREETING ? "NBDMUSIC" : "NBDMAGIC", 8);
	give(server.fault == NO_OPTIONS ? "\0\0\x42\x02\x81\x86\x12\x53" : "IHAVEOPT", 8);
	give_number(3, 2);
	if (!take(option, 4 + 8 + 4 + 4) || memcmp(option + 4, "IHAVEOPT\0\0\0\7", 12) != 0)
		return false;
	memcpy(&length, option + 16, sizeof(length));
	length = be32toh(length);
	if (length > sizeof(option) || !take(option, length) ||
	    memcmp(option, "\0\0\0\4disk\0\0", 10) != 0)
		return false;
	if (server.fault == REFUSES) {
		give_number(0x3e889045565a9, 8);
		give_number(7, 4);
		give_number(0x80000006, 4);
		give_number(0, 4);
		return true;
	}
	give_number(0x3e889045565a9, 8); /* what the disk is */
	give_number(7, 4);
	give_number(3, 4);
	give_number(12, 4);
	give_number(0, 2);
	give_number(BYTES, 8);
	give_number(1 | 1 << 2 | 1 << 5 | 1 << 6, 2);
	give_number(0x3e889045565a9, 8); /* and that is all */
	give_number(7, 4);
	give_number(1, 4);
	give_number(0, 4);
	return true;
}

static void answer(uint64_t number)
{
	give_number(server.fault == WRONG_MAGIC	 ? 0x12345678
		    : server.fault == STRUCTURED ? 0x668e33ef
						 : 0x67446698,
		    4);
	give_number(server.fault == NO_SPACE ? 28 : 0, 4);
	give_number(server.fault == WRONG_NUMBER ? number + 1 : number, 8);
}

/* One request; false: it was the last. */
static bool serve_one(void)
{
	uint8_t r[28];
	uint64_t number, offset;
	uint32_t length;

	if (!take(r, sizeof(r)) || memcmp(r, "\x25\x60\x95\x13", 4) != 0)
		return false;
	memcpy(&number, r + 8, 8);
	memcpy(&offset, r + 16, 8);
	memcpy(&length, r + 24, 4);
	number = be64toh(number);
	offset = be64toh(offset);
	length = be32toh(length);
	if (offset > BYTES || length > BYTES - offset || r[7] == 2) {
		server.disconnects += r[7] == 2;
		return false;
	}
	if (r[7] == 1 && !take(server.disk + offset, length))
		return false;
	if (server.fault == ENDS)
		return false;
	if (server.fault == SILENT)
		return take(r, 1);
	if (r[7] == 4 || r[7] == 6)
		memset(server.disk + offset, 0, length);
	server.flushes += r[7] == 3;
	server.trims += r[7] == 4;
	server.zeroes += r[7] == 6;
	server.no_holes += r[7] == 6 && r[5] & 2;
	answer(number);
	if (r[7] == 0 && server.fault != NO_SPACE)
		give(server.disk + offset, server.fault == HALF ? length / 2 : length);
	return true;
}

static void *serve(void *unused)
{
	if (shake_hands())
		while (serve_one())
			continue;
	shutdown(server.socket, SHUT_RDWR);
	return unused;
}

static int open_with(struct nbd *n, enum fault fault, pthread_t *thread)
{
	int pair[2];

	memset(&server, 0, sizeof(server));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	server.socket = pair[1];
	server.fault = fault;
	*n = (struct nbd){.socket = pair[0], .wait = WAIT_MS};
	assert_int_equal(pthread_create(thread, NULL, serve, NULL), 0);
	return nbd_open(n, "disk");
}

static void finish(struct nbd *n, pthread_t thread)
{
	nbd_close(n);
	close(n->socket);
	pthread_join(thread, NULL);
	close(server.socket);
}

static void a_disk_is_read_and_written(void **state)
{
	static uint8_t bytes[3 << 20], back[3 << 20];
	struct iovec parts[3] = {{bytes, 1000}, {bytes + 1000, 2 << 20}, {0}}, *memory = parts;
	struct iovec whole = {back, sizeof(back)}, *to = &whole;
	unsigned int count = 3, one = 1;
	struct nbd n;
	pthread_t thread;

	(void)state;
	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	parts[2] = (struct iovec){bytes + 1000 + (2 << 20), sizeof(bytes) - 1000 - (2 << 20)};
	assert_int_equal(open_with(&n, NONE, &thread), 0);
	assert_int_equal(n.bytes, BYTES);
	assert_int_equal(nbd_write(&n, 512, sizeof(bytes), &memory, &count), 0);
	assert_int_equal(count, 0);
	assert_memory_equal(server.disk + 512, bytes, sizeof(bytes));
	assert_int_equal(nbd_read(&n, 512, sizeof(back), &to, &one), 0);
	assert_memory_equal(back, bytes, sizeof(bytes));
	assert_int_equal(nbd_flush(&n), 0);
	assert_int_equal(nbd_trim(&n, 512, 512), 0);
	assert_int_equal(nbd_zero(&n, 1024, 512, true), 0);
	assert_int_equal(nbd_zero(&n, 1536, 512, false), 0);
	assert_int_equal(server.flushes, 1);
	assert_int_equal(server.trims, 1);
	assert_int_equal(server.zeroes, 2);
	assert_int_equal(server.no_holes, 1);
	assert_int_equal(server.disk[512] | server.disk[2047], 0);
	finish(&n, thread);
	assert_int_equal(server.disconnects, 1);
}

/* A request that fails is no reason to give the server up. */
static void an_error_is_that_of_the_request(void **state)
{
	uint8_t bytes[512] = {1};
	struct iovec part = {bytes, sizeof(bytes)}, *memory = &part;
	unsigned int count = 1;
	struct nbd n;
	pthread_t thread;

	(void)state;
	assert_int_equal(open_with(&n, NO_SPACE, &thread), 0);
	assert_int_equal(nbd_write(&n, 0, sizeof(bytes), &memory, &count), ENOSPC);
	assert_int_equal(n.error, 0);
	server.fault = NONE;
	assert_int_equal(nbd_flush(&n), 0);
	finish(&n, thread);
}

static void no_disk_from_a_server_that_is_none(void **state)
{
	static const enum fault faults[] = {GREETING, NO_OPTIONS, REFUSES};

	(void)state;
	for (unsigned int i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct nbd n;
		pthread_t thread;

		assert_int_equal(open_with(&n, faults[i], &thread), EPROTO);
		finish(&n, thread);
	}
}

static bool is_over(void)
{
	return true;
}

static void a_server_that_fails_is_given_up(void **state)
{
	static const struct {
		enum fault fault;
		int error;
	} cases[] = {{WRONG_MAGIC, EPROTO}, {WRONG_NUMBER, EPROTO}, {STRUCTURED, EPROTO},
		     {ENDS, EPIPE},	    {SILENT, ETIMEDOUT},    {HALF, ETIMEDOUT}};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[512] = {1};
		struct iovec part = {bytes, sizeof(bytes)}, *memory = &part;
		unsigned int count = 1;
		struct nbd n;
		pthread_t thread;

		assert_int_equal(open_with(&n, cases[i].fault, &thread), 0);
		n.hurries = i % 2 ? is_over : NULL;
		assert_int_equal(nbd_read(&n, 0, sizeof(bytes), &memory, &count), cases[i].error);
		assert_int_equal(n.error, cases[i].error);
		/* Nothing is asked of it any more. */
		assert_int_equal(nbd_flush(&n), cases[i].error);
		assert_int_equal(server.flushes, 0);
		finish(&n, thread);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_is_read_and_written),
		cmocka_unit_test(an_error_is_that_of_the_request),
		cmocka_unit_test(no_disk_from_a_server_that_is_none),
		cmocka_unit_test(a_server_that_fails_is_given_up),
	};

	return RUN_TAP(tests);
}
