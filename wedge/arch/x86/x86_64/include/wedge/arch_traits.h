/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch_traits.h - constants of a 64-bit guest kernel, whatever the width of the wedge's own code.
 * Each width has a header of this name; the build chooses it.
 *
 * Invariant: constants only.
 */
#ifndef WEDGE_ARCH_TRAITS_H
#define WEDGE_ARCH_TRAITS_H

/* The kernel's kind of code (afterburn/insn.h), and the bytes of its word. */
#define ARCH_CODE_MODE AFTERBURN_CODE_64
#define ARCH_WORD_SIZE 8

/* Linear addresses have these bits. */
#define ARCH_ADDRESS_MASK UINT64_MAX

/* ModRM with mod = 0 and rm = 5 counts from the next instruction (SDM 2A section 2.2.1.6). */
#define ARCH_RIP_RELATIVE 1

/* LDT and TSS descriptors, and IDT entries (SDM 3A sections 7.2.3 and 6.14.1). */
#define ARCH_SYSTEM_DESCRIPTOR_BYTES 16
#define ARCH_IDT_ENTRY_BYTES	     16

/* System descriptors that lar and lsl accept, a bit for each type (SDM 2A). */
#define ARCH_LAR_TYPES (1 << 2 | 1 << 9 | 1 << 11 | 1 << 12)
#define ARCH_LSL_TYPES (1 << 2 | 1 << 9 | 1 << 11)

/*
 * 1 in long mode: there EFER and the system call registers exist, segments have no base and no
 * limit (SDM 3A section 3.2.4), and SS takes a null selector.
 */
#define ARCH_LONG_MODE 1

/*
 * Flags that have no effect on a kernel in ring 0, but have one in ring 3: none that a 64-bit
 * kernel would set.
 */
#define ARCH_FLAGS_NOT_FOR_RING_3 0

/* Levels of page tables. */
#define ARCH_PAGE_LEVELS 4

#endif /* WEDGE_ARCH_TRAITS_H */
