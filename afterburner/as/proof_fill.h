/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_fill.h - what gas puts into code to reach an address: NOPs, int3, zeros.
 *
 * Invariant: a pad is never taken for fill, though it is a NOP.
 */
#ifndef AS_PROOF_FILL_H
#define AS_PROOF_FILL_H

#include "proof_shift.h"

#include "elf/bytes.h"

#include <afterburn/insn.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Skip fill of different lengths. It must end at an alignment that explains its length, on both
 * sides, or where everything before has the same shift as some earlier place (.org, .skip).
 * @p, @a: where both sides are; moved behind the fill
 * Returns false, leaving them alone, if this is no such place.
 */
bool fill_skip(struct ab_bytes plain, struct ab_bytes annotated, enum afterburn_code_mode mode,
	       const struct shift *shift, uint64_t *p, uint64_t *a);

#endif
