/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.h - the order of struct raw_state's registers, i386 (raw.h).
 *
 * Invariant: raw.S goes by it.
 */
#ifndef MICRO_REGISTERS_H
#define MICRO_REGISTERS_H

enum { AX, BX, CX, DX, SI, DI, BP, RAW_REGISTERS };

#endif /* MICRO_REGISTERS_H */
