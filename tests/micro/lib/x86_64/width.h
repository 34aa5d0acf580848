/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * width.h - what is different in an x86-64 micro-guest, for C and assembler: addresses, selectors,
 * page table format, register names.
 *
 * Invariant: lib/i386/width.h defines the same names; the selectors are Linux's.
 */
#ifndef MICRO_WIDTH_H
#define MICRO_WIDTH_H

#ifdef __ASSEMBLER__
#define REGISTER(name) name
#else
#define REGISTER(name) #name
typedef unsigned long word; /* a register, an address, an entry of a page table */
#endif
#define REG_AX	    REGISTER(rax)
#define REG_BX	    REGISTER(rbx)
#define REG_CX	    REGISTER(rcx)
#define REG_DX	    REGISTER(rdx)
#define REG_SI	    REGISTER(rsi)
#define REG_DI	    REGISTER(rdi)
#define REG_BP	    REGISTER(rbp)
#define REG_SP	    REGISTER(rsp)
#define WORD	    8	     /* bytes */
#define MOV_ADDRESS "movabs" /* any address, as an immediate */
#define FXSAVE	    "fxsaveq"
#define FXRSTOR	    "fxrstorq"
#define XSAVE	    "xsave64"
#define XRSTOR	    "xrstor64"

/* The last instruction of a user program, and its exception. */
#define USER_END ud2
#define TRAP_END TRAP_UD

#ifdef KERNEL_IN_LOWER_HALF
#include "lower_half.h"
#else
#include "upper_half.h"
#endif
#define KERNEL_START  (KERNEL_BASE + 0x1000000)
#define BEYOND_MEMORY 0xfffffff000 /* a physical address */

/*
 * Free addresses for checks. Areas have tables of their own below the top level; slots have entries
 * of their own in the top-level table.
 */
#define AREA(n)	    (TEST_AREA + (n)*0x40000000ul)
#define LOW_AREA(n) (0x2000000000 + (n)*0x40000000ul)
#define SLOT(n)	    (TEST_AREA + ((n) + 1) * 0x8000000000ul)
#define LOW_SLOT    0x12000000000

#define KERNEL_CS    0x10
#define KERNEL_DS    0x18
#define USER_CS32    0x23
#define USER_DS	     0x2b
#define USER_CS	     0x33
#define TSS_SELECTOR 0x40
#define READ_ONLY    0x50 /* data, CPL 3 */
#define NOT_PRESENT  0x58 /* code */

#define NO_SELECTOR 0x38 /* null in the table */

#define KERNEL_CS_RIGHTS 0xa09b00 /* as lar has them */

#define VECTOR_SYSCALL 256 /* struct regs: came by the syscall instruction */

#define BLOCK_SHIFT   21
#define MAPPED_BLOCKS 64 /* from physical 0, at KERNEL_BASE and DIRECT_BASE */

#define TOP_LEVEL   4
#define AREA_LEVELS 3 /* up to this level, an area's entries are its own */
#define INDEX_BITS  9

#define PTE_NX	    0x8000000000000000
#define PTE_ADDRESS 0x000ffffffffff000
#define PF_FETCH    0x10

#endif /* MICRO_WIDTH_H */
