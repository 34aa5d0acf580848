/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operations on a disk and over a network, and where these are.
 *
 * Invariant: what is not named is not used: an operation on it fails with a word about the option.
 */
#ifndef BENCH_IO_H
#define BENCH_IO_H

#include "bench.h"

operation_run run_disk_read_4k, run_disk_write_4k, run_disk_read_128k, run_disk_write_128k,
	run_tcp_trip, run_tcp_get, run_tcp_put;

/* The block device or file that disk operations read and overwrite; stays the caller's. */
void io_disk(const char *path);

/* ADDRESS:PORT of another bench-ops that serves (io_serve); stays the caller's. */
void io_server(const char *place);

/*
 * Serves the network operations of others at ADDRESS:PORT, one connection after the other, for
 * ever; with port 0 the host chooses one. Prints "BENCH-PORT N" when connections are taken.
 */
_Noreturn void io_serve(const char *place);

#endif
