/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gdb.h - a server of gdb's remote serial protocol (GDB manual, appendix E) for one guest.
 *
 * Invariant: without a debugger the guest runs, except before the first connection.
 */
#ifndef LAUNCH_GDB_H
#define LAUNCH_GDB_H

#include "../target.h"

#include <poll.h>
#include <stdint.h>

enum { GDB_PACKET = 4096 };

struct gdb {
	struct target *target;
	const char *path; /* of a socket in the file system, or NULL */
	int listener;	  /* -1: there is no debugger */
	int connection;	  /* -1: no debugger is connected */
	bool waits;	  /* the debugger waits for the guest to stop */
	bool no_ack;	  /* packets are no longer acknowledged */
	bool kill;	  /* the debugger wants the guest's end */
	size_t taken;
	char input[2 * GDB_PACKET]; /* as it came, not yet understood */
	size_t used;
	char output[2 * GDB_PACKET]; /* the answer, without frame */
};

/**
 * gdb_open - listen
 * @where: a TCP port of 127.0.0.1, "unix:PATH", or NULL for no debugger
 *
 * The guest will stop when it starts. Ends the launcher, code 2, if that is no place to listen.
 */
void gdb_open(struct gdb *gdb, const char *where, struct target *target);

/* Is a debugger connected, or expected before the guest starts? */
bool gdb_attached(const struct gdb *gdb);

/* What to wait for; returns the longest time to wait in nanoseconds. */
uint64_t gdb_poll(const struct gdb *gdb, struct pollfd *poll);

/* Does what can be done after a poll. */
void gdb_move(struct gdb *gdb, const struct pollfd *poll);

/* Tells that the guest has ended: exit code, or minus the signal. Closes. */
void gdb_close(struct gdb *gdb, int how);

#endif
