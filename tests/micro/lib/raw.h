/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raw.h - a look at registers and flags that no rewriting can have touched.
 *
 * Invariant: raw.S is not annotated; its own pushf and popf run as they are.
 */
#ifndef MICRO_RAW_H
#define MICRO_RAW_H

#include "registers.h"
#include "width.h"

struct raw_state {
	word r[RAW_REGISTERS];
	word flags; /* IF among them is the processor's, not the guest's, where they differ */
	word sp;    /* out: at the end less at the start */
};

/* Calls `code` with all registers and flags as in *state, and stores there what they are after. */
void raw_call(const void *code, struct raw_state *state);

#endif /* MICRO_RAW_H */
