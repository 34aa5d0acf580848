/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * property.h - what tests of properties share: the choices of a run, and why it failed.
 *
 * Invariant: a seed makes the same choices each time; of several failures the first is kept.
 */
#ifndef TESTS_WEDGE_PROPERTY_H
#define TESTS_WEDGE_PROPERTY_H

#include <stdbool.h>
#include <stdint.h>

struct property_run {
	uint64_t random;   /* state of the sequence */
	unsigned int step; /* for the test to count */
	char failure[600]; /* "" as long as all goes well */
};

extern struct property_run property;

/* Begins a run; seeds count from 1. */
void property_begin(uint64_t seed);

uint32_t random_below(uint32_t n);
bool one_in(uint32_t n);

/* Takes a format as printf does. */
__attribute__((format(printf, 1, 2))) void property_fail(const char *format, ...);

#endif /* TESTS_WEDGE_PROPERTY_H */
