/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.h - the order of struct raw_state's registers, x86-64 (raw.h).
 *
 * Invariant: raw.S goes by it.
 */
#ifndef MICRO_REGISTERS_H
#define MICRO_REGISTERS_H

enum { AX, BX, CX, DX, SI, DI, BP, R8, R9, R10, R11, R12, R13, R14, R15, RAW_REGISTERS };

#endif /* MICRO_REGISTERS_H */
