/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * length.h - the length of an x86 instruction, and where its parts are.
 *
 * Invariant: the answer depends on the bytes and the code mode alone.
 */
#ifndef AFTERBURN_LENGTH_H
#define AFTERBURN_LENGTH_H

#include <afterburn/insn.h>

/* Where the parts of an instruction are, in bytes from its first one. */
struct afterburn_layout {
	unsigned char length;
	unsigned char prefixes; /* legacy and REX prefixes before the opcode */
	unsigned char map;	/* AFTERBURN_MAP_*; 0F38 stands for 0F3A, too */
	unsigned char opcode;	/* without escape bytes; behind VEX, EVEX or XOP the one there */
	unsigned char modrm_at; /* 0 if there is none */
	unsigned char disp_at;
	unsigned char disp_size; /* 0 if there is none */
	unsigned char imm_at;
	unsigned char imm_size;	    /* 0 if there is none; two immediates count as one */
	unsigned char relative;	    /* 1 if the immediate is a branch's distance */
	unsigned char rip_relative; /* 1 if the displacement counts from the next instruction */
	unsigned char vector;	    /* 1 if VEX, EVEX or XOP */
};

/**
 * afterburn_length - decode the instruction that begins at `code`
 * @code: its first byte, prefixes included
 * @size: how many bytes may be read
 * @mode: enum afterburn_code_mode
 * @out:  filled in if an instruction begins there
 *
 * Every defined opcode has its right length; not every undefined opcode is refused.
 *
 * Returns 1; 0 if these bytes begin no instruction, or one longer than `size`.
 */
int afterburn_length(const unsigned char *code, unsigned long size, enum afterburn_code_mode mode,
		     struct afterburn_layout *out);

#endif /* AFTERBURN_LENGTH_H */
