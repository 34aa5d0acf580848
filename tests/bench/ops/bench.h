/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench-ops: what an operation is and what the operations share.
 *
 * Invariant: an operation does its work between timing_start() and timing_stop(); what it sets up
 * and takes down around them is neither timed nor counted.
 */
#ifndef BENCH_OPS_H
#define BENCH_OPS_H

#include <stdbool.h>
#include <stdint.h>

/* Does the operation at least COUNT times; returns how often it did. */
typedef unsigned operation_run(unsigned count);

/* Which lists name an operation: what bench-process runs, what bench runs on all systems, and what
 * both run where there are a disk and a network. */
enum { SET_PROCESS = 1, SET_MICRO = 2, SET_IO = 4 };

struct operation {
	const char *name;
	operation_run *run;
	unsigned sets;
	unsigned batch;	   /* operations of a batch where instructions are the clock */
	const char *needs; /* a file without which there is nothing to measure, or NULL */
};

/* Operations that only one width has; a nameless one ends the list. */
extern const struct operation width_operations[];

operation_run run_getpid_libc, run_read, run_write, run_stat, run_open_close, run_select, run_mmap,
	run_mmap_touch, run_mmap_file, run_fault, run_signal_install, run_signal_deliver,
	run_prot_fault, run_fork, run_exec_self, run_exec_tiny, run_sh, run_compile, run_pipe,
	run_unix_socket, run_tcp, run_switch_2, run_switch_8, run_switch_16;

enum clock { CLOCK_WALL, CLOCK_TSC };

/* Chooses the clock of everything that follows: microseconds of CLOCK_MONOTONIC, or the time stamp
 * counter, which counts instructions in an emulator that runs one each nanosecond. */
void choose_clock(enum clock clock);

enum clock clock_chosen(void);

/* The clock chosen: nanoseconds or instructions. */
int64_t clock_now(void);

/* Around the work; may come several times in one run, which adds up. */
void timing_start(void);
void timing_stop(void);

/* What was timed since the last call. */
int64_t timing_take(void);

/* Measures O in several batches and prints the line "BENCH NAME UNIT SAMPLE...". */
void measure(const struct operation *o);

/* Says what failed and why, and ends the program: half a measurement is none. */
_Noreturn void fail(const char *what);

/* Prints how many instructions the machine has run since it was started. */
void print_first(void);

/* Forks COUNT children that exit at once, and waits for each: the stress test. */
void fork_many(unsigned count);

#endif
