/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch_traits.h - constants of a 32-bit guest kernel, whatever the width of the wedge's own code.
 * Each width has a header of this name; the build chooses it.
 *
 * Invariant: constants only.
 */
#ifndef WEDGE_ARCH_TRAITS_H
#define WEDGE_ARCH_TRAITS_H

/* The kernel's kind of code (afterburn/insn.h), and the bytes of its word. */
#define ARCH_CODE_MODE AFTERBURN_CODE_32
#define ARCH_WORD_SIZE 4

/* Linear addresses have these bits. */
#define ARCH_ADDRESS_MASK UINT32_MAX

/* ModRM with mod = 0 and rm = 5 counts from the next instruction (SDM 2A section 2.2.1.6). */
#define ARCH_RIP_RELATIVE 0

/* LDT and TSS descriptors, and IDT entries (SDM 3A sections 3.5 and 6.11). */
#define ARCH_SYSTEM_DESCRIPTOR_BYTES 8
#define ARCH_IDT_ENTRY_BYTES	     8

/* System descriptors that lar and lsl accept, a bit for each type (SDM 2A). */
#define ARCH_LAR_TYPES (1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 11 | 1 << 12)
#define ARCH_LSL_TYPES (1 << 1 | 1 << 2 | 1 << 3 | 1 << 9 | 1 << 11)

/*
 * 1 in long mode: there EFER and the system call registers exist, segments have no base and no
 * limit (SDM 3A section 3.2.4), and SS takes a null selector.
 */
#define ARCH_LONG_MODE 0

/*
 * Flags that have no effect on a kernel in ring 0, but have one in ring 3, so the wedge never sets
 * them for the kernel. (AC makes unaligned accesses fault, NT makes a 64-bit iret fault.)
 */
#define ARCH_FLAGS_NOT_FOR_RING_3 (X86_FLAGS_NT | X86_FLAGS_AC)

/* Levels of page tables: CPUID hides PAE. */
#define ARCH_PAGE_LEVELS 2

#endif /* WEDGE_ARCH_TRAITS_H */
