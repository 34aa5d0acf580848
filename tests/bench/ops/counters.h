/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the wedge counted while an operation ran. Without a wedge, or by the wall clock, there is
 * nothing to count and all of these do nothing.
 *
 * Invariant: what reading the counters costs is itself not in them.
 */
#ifndef BENCH_COUNTERS_H
#define BENCH_COUNTERS_H

/* Looks for the wedge's counters; from now on they are read. */
void counters_open(void);

/* Around the work, outside the timed part. */
void counters_start(void);
void counters_stop(void);

/* Forgets what was counted. */
void counters_reset(void);

/* Prints " | NAME=VALUE..." with what was counted divided by OPERATIONS, or nothing. */
void counters_print(double operations);

#endif
