/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own.h - segments that user code has of its own (own.c).
 *
 * Invariant: the descriptors for user code are empty, and no LDT is loaded, when a check ends.
 */
#ifndef MICRO_OWN_H
#define MICRO_OWN_H

#include "micro.h"

enum { NEXT_TLS = TLS_SELECTOR + 8, IN_LDT = 4 | 3 };

/* A flat segment but for its base, in the GDT. */
void set_tls(unsigned int selector, word base);

/* Makes the GDT's descriptors for user code empty. */
void clear_tls(void);

/* Runs user code with these registers until it traps. */
struct regs run(const char *code, word ax, word bx);

/* User code that loads `selector` from ax must end in `trap`, with the selector as its error. */
void refused(const char *code, word selector, unsigned int trap);

extern const char user_load_gs[], user_load_fs[], user_load_ds[], user_load_es[], user_load_ss[];

#endif /* MICRO_OWN_H */
