/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.h - counters for `afterburn stats`.
 *
 * Invariant: counting costs nothing where nobody asked.
 */
#ifndef WEDGE_STATS_H
#define WEDGE_STATS_H

#include <wedge/vcpu.h>

/* True if the guest's command line asks for counters. */
bool stats_wanted(void);

/* One counter, if it is not zero. */
void stats_line(const char *name, uint64_t count);

/* All of them, if they are wanted. */
void stats_print(const struct vcpu *v);

#endif /* WEDGE_STATS_H */
