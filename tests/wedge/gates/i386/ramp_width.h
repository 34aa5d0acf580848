/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramp_width.h - gate_ramp of 32-bit kernels in a process, for gate_ramp.c.
 *
 * Invariant: constants only.
 */
#ifndef TESTS_RAMP_WIDTH_H
#define TESTS_RAMP_WIDTH_H

#include <stdint.h>

typedef uint32_t guest_word;

enum { REGISTERS = 8 };

/* The gate leaves 32-bit code; what C needs besides is prepared behind it (entry.S). */
enum { PAGES = WEDGE_VCPU_PAGES, ENTERS_C = 0 };

#endif /* TESTS_RAMP_WIDTH_H */
