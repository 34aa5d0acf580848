/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.h - what the processor and traps.S lay down in memory, i386.
 *
 * Invariant: the general registers come first in struct regs, GENERAL_REGISTERS of them.
 */
#ifndef MICRO_FRAMES_H
#define MICRO_FRAMES_H

#include <stdint.h>

#include "width.h"

#define GENERAL_REGISTERS 7

/*
 * The state at a trap, as traps.S lays it on the stack: with stack and data segments even for a
 * trap of kernel code, for which the processor pushes only three words.
 */
struct regs {
	word di, si, bp, bx, dx, cx, ax;
	word gs, fs, es, ds;
	word vector; /* 0 to 255 */
	word error;  /* 0 where the processor pushes none */
	word ip, cs, flags, sp, ss;
};

struct gate {
	word low, high;
};

/* SDM 3A figure 8-2. */
struct tss {
	word link;
	word sp0, ss0, sp1, ss1, sp2, ss2;
	word cr3, ip, flags, ax, cx, dx, bx, sp, bp, si, di;
	word es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, bitmap_base;
	uint8_t bitmap[8193]; /* all ports, and the byte of ones behind them */
} __attribute__((packed));

/* The operand of lgdt, lidt, sgdt, sidt. */
struct __attribute__((packed)) table_pointer {
	uint16_t limit;
	word base;
};

/* What KERNEL_FS points to, whenever trap_handle() runs. */
struct local {
	word magic;
};
#define LOCAL_MAGIC 0x10ca1

#define USER_SEGMENTS .ss = USER_DS, .ds = USER_DS, .es = USER_DS

/* A descriptor (SDM 3A figure 3-8); `kind`: bits 40 to 47 and 52 to 55 where they belong. */
uint64_t descriptor(word base, word limit, uint64_t kind);
#define SEGMENT_DATA3  0x00c0f30000000000ull /* 32 bits, pages, writable, accessed, CPL 3 */
#define SEGMENT_DATA0  0x00c0930000000000ull
#define SEGMENT_BYTES3 0x0040f30000000000ull /* the same with a limit in bytes */
#define SEGMENT_LDT    0x0000820000000000ull
#define SEGMENT_TSS    0x0000890000000000ull

/* Has `vector` switch to the task of a TSS. */
void gate_set_task(unsigned int vector, unsigned int selector);

#endif /* MICRO_FRAMES_H */
