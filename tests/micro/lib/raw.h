/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raw.h - a look at registers and flags that no rewriting can have touched.
 *
 * Invariant: raw.S is not annotated; its own pushf and popf run as they are.
 */
#ifndef MICRO_RAW_H
#define MICRO_RAW_H

#include <stdint.h>

/* Order of struct raw_state's registers. */
enum { RAX, RBX, RCX, RDX, RSI, RDI, RBP, R8, R9, R10, R11, R12, R13, R14, R15, RAW_REGISTERS };

struct raw_state {
	uint64_t r[RAW_REGISTERS];
	uint64_t flags; /* IF among them is the processor's, not the guest's, where they differ */
	uint64_t rsp;	/* out: at the end less at the start */
};

/* Calls `code` with all registers and flags as in *state, and stores there what they are after. */
void raw_call(const void *code, struct raw_state *state);

#endif /* MICRO_RAW_H */
