/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters.h - the wedge's counters, read by their ports (wedge/dev/counter_ports.h).
 *
 * Invariant: without a wedge all of these do nothing.
 */
#ifndef BENCH_SITES_COUNTERS_H
#define BENCH_SITES_COUNTERS_H

#include "width.h"

/* Counts from here to there, from nothing. */
void counters_begin(void);
void counters_end(void);

/* From now on, what was counted last is taken off: what is not the site's own. */
void counters_discount(void);

/* Prints " | NAME=VALUE...", what was counted divided by `executions`; nothing if there is none. */
void counters_print(word executions);

#endif /* BENCH_SITES_COUNTERS_H */
