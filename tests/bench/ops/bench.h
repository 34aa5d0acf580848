/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench-ops: what an operation is and what the operations share.
 *
 * Invariant: an operation does its work exactly `count` times and returns only the time of that
 * work; what it sets up and takes down around it is not counted.
 */
#ifndef BENCH_OPS_H
#define BENCH_OPS_H

#include <stdint.h>

/* Does the operation COUNT times; returns nanoseconds of CLOCK_MONOTONIC. */
typedef int64_t operation_run(unsigned count);

operation_run run_getpid_int80, run_getpid_libc, run_read, run_mmap, run_mmap_touch, run_fault,
	run_fork, run_exec_self, run_exec_tiny, run_compile, run_pipe, run_switch_2, run_switch_8,
	run_signal;

/* Measures RUN in several batches and prints the line "BENCH NAME us SAMPLE...". */
void measure(const char *name, operation_run *run);

int64_t now_ns(void);

/* Says what failed and why, and ends the program: half a measurement is none. */
_Noreturn void fail(const char *what);

/* Forks COUNT children that exit at once, and waits for each: the stress test. */
void fork_many(unsigned count);

#endif
