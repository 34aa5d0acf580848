/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout.h - where things are in a micro-guest, for C, assembler and the linker script.
 *
 * Linked as Linux is: the kernel at KERNEL_BASE + its physical address, loaded from 16 MiB on; user
 * code at USER_BASE, in a segment of its own.
 *
 * Invariant: the selectors are Linux's, so both kinds of guest ask the same of a platform.
 */
#ifndef MICRO_LAYOUT_H
#define MICRO_LAYOUT_H

#define KERNEL_BASE  0xffffffff80000000
#define KERNEL_START 0xffffffff81000000
#define USER_BASE    0x40000000
#define USER_STACK   0x40400000		/* its top; one page below it is mapped */
#define USER_DATA    0x40500000		/* one page */
#define TEST_AREA    0xffffc90000000000 /* a slot of the top-level table that is free at first */

#define MAPPED_BLOCKS 64 /* of 2 MiB from physical 0, at KERNEL_BASE */

#define KERNEL_CS    0x10
#define KERNEL_DS    0x18
#define USER_CS32    0x23
#define USER_DS	     0x2b
#define USER_CS	     0x33
#define TSS_SELECTOR 0x40

#define VECTOR_SYSCALL 256 /* struct regs: came by the syscall instruction */
#define VECTOR_IRQ     0x20

#endif /* MICRO_LAYOUT_H */
