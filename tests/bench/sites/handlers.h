/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handlers.h - handlers that do next to nothing, so that what is measured is the way there and
 * back.
 *
 * Invariant: each leaves every register as it was.
 */
#ifndef BENCH_SITES_HANDLERS_H
#define BENCH_SITES_HANDLERS_H

#include "width.h"

/* Returns; and returns behind the instruction of two bytes that had a page fault. */
extern const char handler_return[], handler_skip[];

/* Has a vector lead there, by an interrupt gate that user code may use; gate_reset() ends that. */
void handler_set(unsigned int vector, const char *handler);

/* Runs user code that counts %rbx (%ebx) down to 0 and ends in USER_END; and one that does only
 * that.
 */
void user_repeat(const char *code, word count);
void user_without_calls(word count);

#endif /* BENCH_SITES_HANDLERS_H */
