/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_shift.h - how far pads have pushed the bytes of one section: from a place without pads to
 * the same place with them.
 *
 * Invariant: steps are in order; up to the next step, both sides advance byte by byte.
 */
#ifndef AS_PROOF_SHIFT_H
#define AS_PROOF_SHIFT_H

#include <stdbool.h>
#include <stdint.h>

/* Where a label at the step may be, too. */
enum shift_label {
	SHIFT_BEHIND, /* only behind what was added */
	SHIFT_PAD, /* that is the pad behind an instruction: only the instruction's end is before */
	SHIFT_BOTH, /* also before what was added */
};

/* From `plain` on, places are `delta` bytes further (modulo 2^64: less, if alignment shrank). */
struct shift_step {
	uint64_t plain;
	uint64_t delta;
	enum shift_label label;
};

struct shift {
	struct shift_step *steps;
	uint64_t count;
	uint64_t room;
	uint64_t size; /* of the section without pads */
};

void shift_start(struct shift *shift, uint64_t size);
void shift_free(struct shift *shift);

/* Add a step: places from `plain` on are at `annotated` on. */
void shift_add(struct shift *shift, uint64_t plain, uint64_t annotated, enum shift_label label);

/* Is `annotated` where a label has gone that was at `plain`? */
bool shift_accepts(const struct shift *shift, uint64_t plain, uint64_t annotated);

/* The same for an address that nobody may jump to: it can also be an instruction's end. */
bool shift_accepts_end(const struct shift *shift, uint64_t plain, uint64_t annotated);

/* Has any place the shift `delta`? */
bool shift_has(const struct shift *shift, uint64_t delta);

/* Are there two places `before` bytes apart without pads, and `after` bytes apart with them? */
bool shift_explains(const struct shift *shift, uint64_t before, uint64_t after);

#endif
