/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.h - counters (counters.h) for `afterburn stats`.
 *
 * Invariant: instructions with inline code are counted only if the guest's command line asks for
 * counters.
 */
#ifndef WEDGE_STATS_H
#define WEDGE_STATS_H

#include <wedge/vcpu.h>

/* Looks for the word in the guest's command line. Call it before the first site is rewritten. */
void stats_init(void);

/* True if the guest's command line asks for counters. */
bool stats_wanted(void);

/* Prints all counters, if they are wanted. */
void stats_print(const struct vcpu *v);

#endif /* WEDGE_STATS_H */
