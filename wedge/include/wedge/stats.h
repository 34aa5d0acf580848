/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.h - counters (counters.h) for `afterburn stats`.
 *
 * Invariant: what is inline code is counted only where somebody asked.
 */
#ifndef WEDGE_STATS_H
#define WEDGE_STATS_H

#include <wedge/vcpu.h>

/* Looks for the word in the guest's command line: before the first site is rewritten. */
void stats_init(void);

/* True if the guest's command line asks for counters. */
bool stats_wanted(void);

/* All of them, if they are wanted. */
void stats_print(const struct vcpu *v);

#endif /* WEDGE_STATS_H */
