/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gdb.h - a server of gdb's remote serial protocol (GDB manual, appendix E) for one guest.
 *
 * Invariant: without a debugger the guest runs, except before the first connection.
 */
#ifndef LAUNCH_GDB_H
#define LAUNCH_GDB_H

#include "target.h"

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

/* ---- between the files of the server ---- */

/* gdb.c: the answer grows; what does not fit is left out. */
void gdb_add(struct gdb *gdb, const char *format, ...) __attribute__((format(printf, 2, 3)));
void gdb_add_hex(struct gdb *gdb, const void *bytes, size_t size);

/* gdb_packet.c: frames gdb->output and sends it. Takes the next packet out of gdb->input. */
enum gdb_input { GDB_NOTHING, GDB_INTERRUPT, GDB_COMMAND };
void gdb_send(struct gdb *gdb);
enum gdb_input gdb_next(struct gdb *gdb, char *command, size_t size);

/* gdb_command.c: does one command; false if the answer comes when the guest stops. */
bool gdb_do(struct gdb *gdb, const char *command);
/* The answer to why the guest is stopped. */
void gdb_add_stop(struct gdb *gdb);

/* gdb_registers.c: description, and values in its order. */
extern const char gdb_description[];
void gdb_add_registers(struct gdb *gdb);
bool gdb_add_register(struct gdb *gdb, unsigned long number);
bool gdb_set_register(struct gdb *gdb, unsigned long number, uint32_t value);
/* Hexadecimal digits of a register, little endian; false if they are none. */
bool gdb_take_word(const char *digits, uint32_t *value);

#endif
