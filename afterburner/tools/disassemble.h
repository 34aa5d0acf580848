/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disassemble.h - libopcodes behind two functions; nothing else of the project sees its headers.
 *
 * Invariant: it gives lengths and text, never the verdict whether an instruction is sensitive.
 */
#ifndef AFTERBURNER_TOOLS_DISASSEMBLE_H
#define AFTERBURNER_TOOLS_DISASSEMBLE_H

#include "elf/bytes.h"

#include <afterburn/insn.h>

struct disassembler;

/* Returns NULL when libopcodes knows no x86. Free with disassembler_free(). */
struct disassembler *disassembler_new(void);
void disassembler_free(struct disassembler *d);

/* Sets the code that following calls read, and its address. */
void disassembler_code(struct disassembler *d, struct ab_bytes code, uint64_t addr);

/**
 * disassemble - one instruction
 * @offset: into the code, less than its size
 * @mode:   AFTERBURN_CODE_32 or AFTERBURN_CODE_64
 * @text:   receives its AT&T text with single blanks; valid until the next call
 *
 * Returns its length in bytes, at least 1 and never beyond the code's end.
 */
unsigned int disassemble(struct disassembler *d, uint64_t offset, enum afterburn_code_mode mode,
			 const char **text);

#endif
