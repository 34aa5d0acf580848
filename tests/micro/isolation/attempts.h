/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attempts.h - user code tries an address (memory.c).
 *
 * Invariant: a try that succeeds, or faults in another way than by that address, fails the check.
 */
#ifndef MICRO_ATTEMPTS_H
#define MICRO_ATTEMPTS_H

#include <stdint.h>

#include "width.h"

/* Reads, writes and executes there. */
void try_all(word address);

/* Only one of them. */
void try_load(word address);
void try_store(word address);
void try_call(word address);

/* The same sequence in every run. */
uint32_t next_random(void);

#endif /* MICRO_ATTEMPTS_H */
