/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nbd.c - see nbd.h. The handshake is the newer fixed one ("newstyle"), replies are simple ones.
 *
 * Invariant: what was not read of a reply is not taken for the next one.
 */
#include "nbd.h"
#include "elements.h"
#include "launcher.h"
#include "socket_io.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#define GREETING     UINT64_C(0x4e42444d41474943) /* "NBDMAGIC" */
#define HAS_OPTIONS  UINT64_C(0x49484156454f5054) /* "IHAVEOPT" */
#define OPTION_REPLY UINT64_C(0x0003e889045565a9)
#define REQUEST	     0x25609513u
#define REPLY	     0x67446698u

enum { FIXED_NEWSTYLE = 1, NO_ZEROES = 2, OPTION_GO = 7 };
enum { REPLY_ACK = 1, REPLY_INFO = 3, INFO_EXPORT = 0 };

enum command { READ = 0, WRITE = 1, DISCONNECT = 2, FLUSH = 3, TRIM = 4, WRITE_ZEROES = 6 };

/* Flags of the transmission, and of a command. */
enum { CAN_FLUSH = 1 << 2, CAN_TRIM = 1 << 5, CAN_ZERO = 1 << 6 };
enum { NO_HOLE = 1 << 1 };

/* A server takes no more in one request than this, without saying so. */
enum { PIECE = 1 << 20, INFO_MAX = 256 };

#define NS_PER_MS UINT64_C(1000000)

/* How long a reply may take if the guest has ended, and how often to look for that. */
enum { HURRY_MS = 2000, STEP_MS = 100 };

struct request {
	uint32_t magic;
	uint16_t flags;
	uint16_t command;
	uint64_t number;
	uint64_t offset;
	uint32_t length;
} __attribute__((packed));

struct reply {
	uint32_t magic;
	uint32_t error;
	uint64_t number;
} __attribute__((packed));

struct greeting {
	uint64_t magic;
	uint64_t options;
	uint16_t flags;
} __attribute__((packed));

struct option_reply {
	uint64_t magic;
	uint32_t option;
	uint32_t type;
	uint32_t length;
} __attribute__((packed));

static int lose(struct nbd *n, int error)
{
	if (error && !n->error)
		n->error = error;
	return n->error;
}

/* Until something has come; in steps, as the guest may end meanwhile. */
static int wait_for_reply(struct nbd *n)
{
	struct pollfd p = {.fd = n->socket, .events = POLLIN};
	uint64_t until = now_ns() + n->wait * NS_PER_MS;
	bool hurries = false;

	while (poll(&p, 1, STEP_MS) <= 0) {
		uint64_t now = now_ns();

		if (now >= until)
			return lose(n, ETIMEDOUT);
		if (!hurries && n->hurries && n->hurries()) {
			hurries = true;
			until = now + HURRY_MS * NS_PER_MS;
		}
	}
	return 0;
}

static int receive(struct nbd *n, void *to, size_t size)
{
	if (wait_for_reply(n))
		return n->error;
	return lose(n, socket_receive(n->socket, to, size, now_ns() + n->wait * NS_PER_MS));
}

static int transmit(struct nbd *n, const void *from, size_t size)
{
	return lose(n, socket_send(n->socket, from, size, now_ns() + n->wait * NS_PER_MS));
}

/* ---- the handshake ---- */

static int ask_for(struct nbd *n, const char *name)
{
	struct {
		uint32_t client_flags;
		uint64_t magic;
		uint32_t option;
		uint32_t length;
		uint32_t name_length;
		char name_and_infos[64];
	} __attribute__((packed)) m = {.magic = htobe64(HAS_OPTIONS), .option = htobe32(OPTION_GO)};
	size_t length = strlen(name);

	if (length + sizeof(uint16_t) > sizeof(m.name_and_infos))
		return lose(n, EINVAL);
	m.client_flags = htobe32(FIXED_NEWSTYLE | NO_ZEROES);
	m.name_length = htobe32((uint32_t)length);
	m.length = htobe32((uint32_t)(sizeof(m.name_length) + length + sizeof(uint16_t)));
	memcpy(m.name_and_infos, name, length); /* behind it 0: no information but what must be */
	return transmit(n, &m, sizeof(m) - sizeof(m.name_and_infos) + length + sizeof(uint16_t));
}

static void take_info(struct nbd *n, const uint8_t *info, uint32_t length)
{
	uint16_t type, flags;
	uint64_t bytes;

	if (length < sizeof(type) + sizeof(bytes) + sizeof(flags))
		return;
	memcpy(&type, info, sizeof(type));
	memcpy(&bytes, info + 2, sizeof(bytes));
	memcpy(&flags, info + 10, sizeof(flags));
	if (be16toh(type) != INFO_EXPORT)
		return;
	n->bytes = be64toh(bytes);
	n->flags = be16toh(flags);
}

int nbd_open(struct nbd *n, const char *name)
{
	struct option_reply reply = {0};
	struct greeting greeting;
	uint8_t info[INFO_MAX];

	if (receive(n, &greeting, sizeof(greeting)))
		return n->error;
	if (be64toh(greeting.magic) != GREETING || be64toh(greeting.options) != HAS_OPTIONS ||
	    !(be16toh(greeting.flags) & FIXED_NEWSTYLE))
		return lose(n, EPROTO);
	if (ask_for(n, name))
		return n->error;
	while (be32toh(reply.type) != REPLY_ACK) {
		uint32_t length;

		if (receive(n, &reply, sizeof(reply)))
			return n->error;
		length = be32toh(reply.length);
		if (be64toh(reply.magic) != OPTION_REPLY || length > sizeof(info) ||
		    (be32toh(reply.type) != REPLY_ACK && be32toh(reply.type) != REPLY_INFO))
			return lose(n, EPROTO);
		if (length && receive(n, info, length))
			return n->error;
		take_info(n, info, length);
	}
	return 0;
}

/* ---- requests ---- */

static int begin(struct nbd *n, enum command command, uint16_t flags, uint64_t offset,
		 uint64_t length)
{
	struct request r = {.magic = htobe32(REQUEST),
			    .flags = htobe16(flags),
			    .command = htobe16((uint16_t)command),
			    .number = htobe64(++n->number),
			    .offset = htobe64(offset),
			    .length = htobe32((uint32_t)length)};

	return n->error ? n->error : transmit(n, &r, sizeof(r));
}

/* Numbers of errors are those of Linux, as far as the protocol knows them. */
static int end(struct nbd *n)
{
	struct reply r;

	if (receive(n, &r, sizeof(r)))
		return n->error;
	if (be32toh(r.magic) != REPLY || be64toh(r.number) != n->number)
		return lose(n, EPROTO);
	return (int)be32toh(r.error) < 0 ? EIO : (int)be32toh(r.error);
}

static int ask(struct nbd *n, enum command command, uint16_t flags, uint64_t offset,
	       uint64_t length)
{
	int error = begin(n, command, flags, offset, length);

	return error ? error : end(n);
}

typedef int move(struct nbd *n, void *bytes, size_t size);

static int transmit_from(struct nbd *n, void *from, size_t size)
{
	return transmit(n, from, size);
}

/* The data of one request. */
static int move_data(struct nbd *n, move *way, uint64_t size, struct iovec **memory,
		     unsigned int *count)
{
	int error = 0;

	while (size && !error) {
		size_t part = (*memory)->iov_len < size ? (*memory)->iov_len : size;

		error = way(n, (*memory)->iov_base, part);
		elements_advance(memory, count, part);
		size -= part;
	}
	return error;
}

int nbd_read(struct nbd *n, uint64_t offset, uint64_t size, struct iovec **memory,
	     unsigned int *count)
{
	int error = 0;

	while (size && !error) {
		uint64_t piece = size < PIECE ? size : PIECE;

		error = ask(n, READ, 0, offset, piece);
		if (!error)
			error = move_data(n, receive, piece, memory, count);
		offset += piece;
		size -= piece;
	}
	return error;
}

int nbd_write(struct nbd *n, uint64_t offset, uint64_t size, struct iovec **memory,
	      unsigned int *count)
{
	int error = 0;

	while (size && !error) {
		uint64_t piece = size < PIECE ? size : PIECE;

		error = begin(n, WRITE, 0, offset, piece);
		if (!error)
			error = move_data(n, transmit_from, piece, memory, count);
		if (!error)
			error = end(n);
		offset += piece;
		size -= piece;
	}
	return error;
}

int nbd_flush(struct nbd *n)
{
	return n->flags & CAN_FLUSH ? ask(n, FLUSH, 0, 0, 0) : n->error;
}

int nbd_trim(struct nbd *n, uint64_t offset, uint64_t size)
{
	return n->flags & CAN_TRIM ? ask(n, TRIM, 0, offset, size) : n->error;
}

int nbd_zero(struct nbd *n, uint64_t offset, uint64_t size, bool unmap)
{
	if (!(n->flags & CAN_ZERO))
		return n->error ? n->error : EOPNOTSUPP;
	return ask(n, WRITE_ZEROES, unmap ? 0 : NO_HOLE, offset, size);
}

void nbd_close(struct nbd *n)
{
	begin(n, DISCONNECT, 0, 0, 0);
	lose(n, EPIPE);
}
