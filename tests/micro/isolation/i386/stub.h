/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.h - running 64-bit user code that misuses the wedge's stub (find_stub.c).
 *
 * Invariant: the kernel gets the processor back, by an exception or by its timer.
 */
#ifndef MICRO_STUB_H
#define MICRO_STUB_H

#include "micro.h"

/* Runs a program of user_long_mode.S, with edi at USER_DATA, for at most some 50 ms. */
struct regs stub_run(const char *code, word si, word bx, word bp);

/* Where the stub has syscall instructions: fills in offsets, and says how many. */
enum { STUB_CALLS = 16 };
extern word stub_calls[STUB_CALLS];
unsigned int stub_find_calls(void);

#endif /* MICRO_STUB_H */
