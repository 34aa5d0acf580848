/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gdb.c - the server's connections, and when it answers.
 *
 * Invariant: commands are carried out only while the guest is stopped; while it runs, only an
 * interrupt is.
 */
#include "inside.h"
#include "../launcher.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* How often to look whether the guest has stopped, while the debugger waits for that. */
#define LOOK_NS 2000000

/* A debugger that does not read its answers counts as gone. */
enum { SEND_SECONDS = 5 };

static void listen_unix(struct gdb *gdb, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) == 0 || strlen(path) >= sizeof(address.sun_path))
		die(END_USAGE, "--gdb unix:%s: the path is %s", path,
		    *path ? "too long" : "missing");
	memcpy(address.sun_path, path, strlen(path));
	gdb->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (gdb->listener < 0 ||
	    bind(gdb->listener, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(END_USAGE, "--gdb unix:%s: %s", path, strerror(errno));
	gdb->path = path;
}

static void listen_tcp(struct gdb *gdb, const char *text)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	char *end;
	unsigned long port = strtoul(text, &end, 10);
	int on = 1;

	if (end == text || *end || port == 0 || port > 65535)
		die(END_USAGE, "--gdb takes a TCP port or unix:PATH, not '%s'", text);
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	gdb->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (gdb->listener >= 0)
		setsockopt(gdb->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (gdb->listener < 0 ||
	    bind(gdb->listener, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(END_USAGE, "--gdb %lu: %s", port, strerror(errno));
}

void gdb_open(struct gdb *gdb, const char *where, struct target *target)
{
	*gdb = (struct gdb){.target = target, .listener = -1, .connection = -1};
	if (!where)
		return;
	if (strncmp(where, "unix:", 5) == 0)
		listen_unix(gdb, where + 5);
	else
		listen_tcp(gdb, where);
	if (listen(gdb->listener, 1) < 0)
		die(END_USAGE, "--gdb %s: %s", where, strerror(errno));
	target->debug->attached = 1;
	target_stop(target);
	say("waiting for gdb: target remote %s%s", gdb->path ? "" : ":",
	    gdb->path ? gdb->path : where);
}

bool gdb_attached(const struct gdb *gdb)
{
	return gdb->target->debug->attached;
}

/* The debugger disconnected or broke the protocol; the guest runs on. */
static void leave(struct gdb *gdb)
{
	close(gdb->connection);
	gdb->connection = -1;
	gdb->waits = false;
	gdb->taken = 0;
	target_unbreak_all(gdb->target);
	gdb->target->debug->attached = 0;
	target_look(gdb->target);
	if (!gdb->kill)
		target_go(gdb->target, false);
}

static void greet(struct gdb *gdb)
{
	struct timeval limit = {.tv_sec = SEND_SECONDS};
	int on = 1;

	gdb->connection = accept4(gdb->listener, NULL, NULL, SOCK_CLOEXEC);
	if (gdb->connection < 0)
		return;
	setsockopt(gdb->connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(gdb->connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	gdb->no_ack = false;
	gdb->target->debug->attached = 1;
	if (!target_look(gdb->target))
		target_stop(gdb->target);
}

static void take(struct gdb *gdb)
{
	ssize_t size;

	if (gdb->taken == sizeof(gdb->input))
		return; /* until the guest has stopped */
	size = recv(gdb->connection, gdb->input + gdb->taken, sizeof(gdb->input) - gdb->taken,
		    MSG_DONTWAIT);
	if (size > 0)
		gdb->taken += (size_t)size;
	else if (size == 0 || (errno != EAGAIN && errno != EINTR))
		leave(gdb);
}

static void do_commands(struct gdb *gdb)
{
	char command[2 * GDB_PACKET];
	enum gdb_input next;

	while (gdb->connection >= 0 && !gdb->kill &&
	       (next = gdb_next(gdb, command, sizeof(command))) != GDB_NOTHING) {
		if (next == GDB_INTERRUPT) {
			if (gdb->waits)
				target_stop(gdb->target);
			continue;
		}
		gdb->used = 0;
		gdb->output[0] = '\0';
		gdb->waits = !gdb_do(gdb, command);
		if (!gdb->waits)
			gdb_send(gdb);
		if (command[0] == 'D' || gdb->kill)
			leave(gdb);
	}
}

uint64_t gdb_poll(const struct gdb *gdb, struct pollfd *poll)
{
	*poll = (struct pollfd){.fd = gdb->connection >= 0 ? gdb->connection : gdb->listener,
				.events = POLLIN};
	return gdb->connection >= 0 && !gdb->target->stopped ? LOOK_NS : UINT64_MAX;
}

void gdb_move(struct gdb *gdb, const struct pollfd *poll)
{
	if (gdb->listener < 0)
		return;
	if (poll->revents && gdb->connection < 0)
		greet(gdb);
	else if (poll->revents)
		take(gdb);
	if (gdb->connection < 0)
		return;
	if (target_look(gdb->target) && gdb->waits) {
		gdb->waits = false;
		gdb->used = 0;
		gdb_add_stop(gdb);
		gdb_send(gdb);
	}
	if (gdb->waits || gdb->target->stopped)
		do_commands(gdb);
}

void gdb_close(struct gdb *gdb, int how)
{
	if (gdb->connection >= 0) {
		gdb->used = 0;
		gdb_add(gdb, "%c%02x", how < 0 ? 'X' : 'W', how < 0 ? -how : how);
		if (gdb->waits)
			gdb_send(gdb);
		close(gdb->connection);
	}
	if (gdb->listener >= 0)
		close(gdb->listener);
	if (gdb->path)
		unlink(gdb->path);
	gdb->connection = gdb->listener = -1;
}
