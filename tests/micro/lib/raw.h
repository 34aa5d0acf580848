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
	word sp;    /* in: the stack pointer; out: at the end less at the start */
};

/*
 * Jumps to `code` with all registers and flags as in *state. The code ends with a jump to raw_back,
 * and what they are then is stored in *state.
 */
void raw_call(const void *code, struct raw_state *state);

/* A stack for code that needs one: its end. */
extern char raw_stack_top[];

#endif /* MICRO_RAW_H */
