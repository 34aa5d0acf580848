/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramp_width.h - gate_ramp of 64-bit kernels, as Xen's wedge has it, for gate_ramp.c.
 *
 * Invariant: constants only.
 */
#ifndef TESTS_RAMP_WIDTH_H
#define TESTS_RAMP_WIDTH_H

#include <stdint.h>

typedef uint64_t guest_word;

enum { REGISTERS = 16 };

/* Behind the vCPU is the wedge's stack; the gate itself prepares all that C needs. */
enum { PAGES = WEDGE_VCPU_PAGES + 1 + WEDGE_STACK_PAGES, ENTERS_C = 1 };

#endif /* TESTS_RAMP_WIDTH_H */
