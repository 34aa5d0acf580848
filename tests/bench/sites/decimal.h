/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decimal.h - fractions, in a guest without floating point.
 *
 * Invariant: rounded down, and no digits behind a fraction that ends.
 */
#ifndef BENCH_SITES_DECIMAL_H
#define BENCH_SITES_DECIMAL_H

#include "width.h"

/* Prints dividend / divisor with at most that many decimals. */
void decimal_print(word dividend, word divisor, unsigned int decimals);

#endif /* BENCH_SITES_DECIMAL_H */
