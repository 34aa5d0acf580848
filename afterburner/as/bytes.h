/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bytes.h - instructions that are written as numbers: `.byte 0x0f,0x01,0xcb`.
 *
 * Invariant: only literal numbers count; an expression or a macro argument is no instruction.
 */
#ifndef AS_BYTES_H
#define AS_BYTES_H

#include "text.h"

#include <afterburn/insn.h>

/*
 * The instruction that the operands of a .byte directive are, whole and alone.
 * Returns its enum afterburn_insn_id, or -1: not sensitive, not literal, not one, or of a single
 * byte, which is data more often than code (a pad inside a table would silently spoil it; an
 * instruction left out is found by the audit).
 */
int bytes_find(struct span operands, enum afterburn_code_mode mode);

#endif
