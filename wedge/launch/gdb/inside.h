/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inside.h - what the files of the server share.
 *
 * Invariant: no file outside of this folder includes it.
 */
#ifndef LAUNCH_GDB_INSIDE_H
#define LAUNCH_GDB_INSIDE_H

#include "gdb.h"

/* packet.c: adds to the answer, and leaves out what does not fit. */
void gdb_add(struct gdb *gdb, const char *format, ...) __attribute__((format(printf, 2, 3)));
void gdb_add_hex(struct gdb *gdb, const void *bytes, size_t size);

/* packet.c: frames gdb->output and sends it; takes the next packet out of gdb->input. */
enum gdb_input { GDB_NOTHING, GDB_INTERRUPT, GDB_COMMAND };
void gdb_send(struct gdb *gdb);
enum gdb_input gdb_next(struct gdb *gdb, char *command, size_t size);

/* command.c: carries out one command; false if the answer comes when the guest stops. */
bool gdb_do(struct gdb *gdb, const char *command);
/* The answer to why the guest is stopped. */
void gdb_add_stop(struct gdb *gdb);

/* registers.c: description, and values in its order. */
const char *gdb_description(const struct gdb *gdb);
void gdb_add_registers(struct gdb *gdb);
bool gdb_add_register(struct gdb *gdb, unsigned long number);
/* Takes a register's hexadecimal digits, little endian, and moves on behind them. False if they are
 * none, or the register cannot be set so. */
bool gdb_set_register(struct gdb *gdb, unsigned long number, const char **digits);

#endif
