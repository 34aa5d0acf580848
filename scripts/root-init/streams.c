/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * streams.c - see streams.h.
 *
 * Invariant: only this process writes to the ports, and it does so in the order in which it reads.
 */
#include "streams.h"
#include "root.h"
#include "system.h"

#include <asm/poll.h>

/* As in fcntl.h and wait.h of C libraries. */
enum { READ = 0, WRITE = 1, WRITE_ONLY = 1, NO_WAIT = 1, SET_FLAGS = 4, NOT_BLOCKING = 04000 };

/* A driver that is there finds the device's ports by itself, in so many milliseconds at most. */
enum { DEVICES = 16, PORTS = 4, PATIENCE_MS = 3000, STREAMS = 2 };

/* How often a kernel before Linux 5.3, which has no descriptors of processes, is asked for the end.
 */
enum { LOOK_MS = 20 };

struct stream {
	int pipe, port;
};

static struct stream stream[STREAMS];
static unsigned int count;
static char piece[16 * 1024];

/* ---- ports ---- */

/* "vportNpM" behind `front`, `back` behind that. */
static void port_path(char *path, size_t room, const char *front, unsigned int device,
		      unsigned int port, const char *back)
{
	char number[4];

	path[0] = '\0';
	text_add(path, room, front);
	text_add(path, room, "vport");
	number[text_number(number, device)] = '\0';
	text_add(path, room, number);
	text_add(path, room, "p");
	number[text_number(number, port)] = '\0';
	text_add(path, room, number);
	text_add(path, room, back);
}

static int look_for_port(const char *name, int way)
{
	char path[64], found[64];

	for (unsigned int d = 0; d < DEVICES; d++) {
		for (unsigned int p = 0; p < PORTS; p++) {
			port_path(path, sizeof(path), "/sys/class/virtio-ports/", d, p, "/name");
			if (!file_read(path, found, sizeof(found)) || !text_is(found, name))
				continue;
			port_path(path, sizeof(path), "/dev/", d, p, "");
			return (int)CALL2(open, path, way);
		}
	}
	return -1;
}

static int open_port(const char *name, int way)
{
	int port = -1;

	if (CALL2(access, "/sys/bus/virtio/drivers/virtio_console", 0) < 0)
		return -1;
	for (unsigned int ms = 0; port < 0 && ms < PATIENCE_MS; ms++) {
		port = look_for_port(name, way);
		if (port < 0)
			CALL3(poll, NULL, 0, 1);
	}
	return port;
}

/* ---- pipes ---- */

static void make_pipe(int *ends)
{
	long error = CALL1(pipe, ends);

	if (error < 0)
		give_up("a pipe", error);
}

int stream_to(const char *name)
{
	int ends[2], port = open_port(name, WRITE_ONLY);

	if (port < 0)
		return port;
	make_pipe(ends);
	CALL3(fcntl, ends[READ], SET_FLAGS, NOT_BLOCKING);
	stream[count++] = (struct stream){.pipe = ends[READ], .port = port};
	return ends[WRITE];
}

int stream_from(const char *name)
{
	int ends[2], port = open_port(name, READ);
	long done;

	if (port < 0)
		give_up("standard input needs CONFIG_VIRTIO_CONSOLE", port);
	make_pipe(ends);
	if (CALL0(fork) != 0) {
		CALL1(close, ends[WRITE]);
		CALL1(close, port);
		return ends[READ];
	}
	CALL1(close, ends[READ]);
	do
		done = CALL3(read, port, piece, sizeof(piece));
	while (done > 0 && file_write(ends[WRITE], piece, (size_t)done));
	CALL1(exit, 0);
	return -1;
}

/* ---- while the command runs ---- */

/* Moves one piece, if there is one; false if there is none now. A pipe at its end is closed. */
static bool move(struct stream *s)
{
	long done = CALL3(read, s->pipe, piece, sizeof(piece));

	if (done > 0)
		return file_write(s->port, piece, (size_t)done);
	if (done == 0) {
		CALL1(close, s->pipe);
		s->pipe = -1;
	}
	return false;
}

/* Others than the command are processes that it has left behind. */
static bool has_ended(long child, int *status)
{
	long ended;

	do
		ended = CALL4(wait4, -1, status, NO_WAIT, NULL);
	while (ended > 0 && ended != child);
	return ended == child;
}

int streams_move(long child)
{
	struct pollfd polls[STREAMS + 1] = {{.events = POLLIN}};
	int status = 0;

	if (!count) {
		while (CALL4(wait4, -1, &status, 0, NULL) != child)
			continue;
		return status;
	}
	polls[0].fd = (int)CALL2(pidfd_open, child, 0);
	while (!has_ended(child, &status)) {
		for (unsigned int i = 0; i < count; i++)
			polls[1 + i] = (struct pollfd){.fd = stream[i].pipe, .events = POLLIN};
		CALL3(poll, polls, 1 + count, polls[0].fd < 0 ? LOOK_MS : -1);
		for (unsigned int i = 0; i < count; i++)
			if (polls[1 + i].revents)
				move(&stream[i]);
	}
	for (unsigned int i = 0; i < count; i++)
		while (stream[i].pipe >= 0 && move(&stream[i]))
			continue;
	return status;
}
