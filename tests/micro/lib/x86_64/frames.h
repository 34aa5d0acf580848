/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.h - what the processor and traps.S lay down in memory, x86-64.
 *
 * Invariant: the general registers come first in struct regs, GENERAL_REGISTERS of them.
 */
#ifndef MICRO_FRAMES_H
#define MICRO_FRAMES_H

#include <stdint.h>

#include "width.h"

#define GENERAL_REGISTERS 15

/* The state at a trap, as traps.S lays it on the stack. */
struct regs {
	word r15, r14, r13, r12, r11, r10, r9, r8;
	word bp, di, si, dx, cx, bx, ax;
	word vector; /* 0 to 255, or VECTOR_SYSCALL */
	word error;  /* 0 where the processor pushes none */
	word ip, cs, flags, sp, ss;
};

struct gate {
	word low, high;
};

struct tss {
	uint32_t reserved0;
	word sp0, sp1, sp2;
	word reserved1;
	word ist[7];
	word reserved2;
	uint16_t reserved3, bitmap_base;
	uint8_t bitmap[8193]; /* all ports, and the byte of ones behind them */
} __attribute__((packed));

/* The operand of lgdt, lidt, sgdt, sidt. */
struct __attribute__((packed)) table_pointer {
	uint16_t limit;
	word base;
};

#define USER_SEGMENTS .ss = USER_DS

/* Has the handler of `vector` run on IST stack `ist`, 1 to 7; 0: as usual. */
void gate_set_stack(unsigned int vector, unsigned int ist);

void syscall_entry(void);

#endif /* MICRO_FRAMES_H */
