/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * width.h - what is different in an i386 micro-guest, for C and assembler: addresses, selectors,
 * page table format (two levels, 4 KiB and 4 MiB), register names.
 *
 * Invariant: lib/x86_64/width.h defines the same names; the selectors are Linux's.
 */
#ifndef MICRO_WIDTH_H
#define MICRO_WIDTH_H

#ifdef __ASSEMBLER__
#define REGISTER(name) name
#else
#define REGISTER(name) #name
typedef unsigned long word; /* a register, an address, an entry of a page table */
#endif
#define REG_AX	    REGISTER(eax)
#define REG_BX	    REGISTER(ebx)
#define REG_CX	    REGISTER(ecx)
#define REG_DX	    REGISTER(edx)
#define REG_SI	    REGISTER(esi)
#define REG_DI	    REGISTER(edi)
#define REG_BP	    REGISTER(ebp)
#define REG_SP	    REGISTER(esp)
#define MOV_ADDRESS "mov" /* any address, as an immediate */
#define WORD	    4	  /* bytes */
#define FXSAVE	    "fxsave"
#define FXRSTOR	    "fxrstor"
#define XSAVE	    "xsave"
#define XRSTOR	    "xrstor"

/*
 * The last instruction of a user program, and its exception: a fault without an error code that
 * changes no register. An undefined instruction would stop L4Ka::Pistachio.
 */
#define USER_END aam $0
#define TRAP_END TRAP_DE

#define KERNEL_BASE   0x80000000
#define DIRECT_BASE   KERNEL_BASE
#define KERNEL_START  0x81000000
#define KERNEL_HALF   0x80000000
#define LOWER_HALF    0x7fffffff
#define BEYOND_MEMORY 0x7ffff000 /* a physical address */
#define USER_BASE     0x40000000

/* Where a wedge keeps itself, in as many bytes. */
#define WEDGE	   0xffc00000
#define WEDGE_SIZE 0x400000
#define WEDGE_DOOR 0xffffe000 /* in a process: a page of code for user code to call */

/*
 * Free addresses for checks: 48 areas, which have tables of their own, and 16 slots, which have
 * entries of their own in the top-level table, which is the same here. All end below 0xa4000000: on
 * L4 the wedge begins there.
 */
#define TEST_AREA   0x88000000
#define AREA(n)	    (TEST_AREA + (n)*0x800000ul)
#define LOW_AREA(n) (0x20000000 + (n)*0x800000ul)
#define SLOT(n)	    (0xa0000000 + (n)*0x400000ul)
#define LOW_SLOT    0x30000000

#define BOOT_CS	     0x10
#define BOOT_DS	     0x18
#define KERNEL_CS    0x60
#define KERNEL_DS    0x68
#define USER_CS	     0x73
#define USER_DS	     0x7b
#define TSS_SELECTOR 0x80
#define LDT_SELECTOR 0x88
#define READ_ONLY    0x90 /* data, CPL 3 */
#define NOT_PRESENT  0x98 /* code */
#define TLS_SELECTOR 0x33 /* the first of three, for user code */
#define KERNEL_FS    0xd8 /* data at struct local */
#define DOUBLE_TSS   0xf8 /* of the double fault task */

#define NO_SELECTOR 0x20 /* null in the table */

#define KERNEL_CS_RIGHTS 0xc09b00 /* as lar has them */

#define VECTOR_SYSCALL 0x80

#define BLOCK_SHIFT   22
#define MAPPED_BLOCKS 32 /* from physical 0, at KERNEL_BASE and DIRECT_BASE */

#define TOP_LEVEL   2
#define AREA_LEVELS 2 /* up to this level, an area's entries are its own */
#define INDEX_BITS  10
#define KERNEL_SLOT 512 /* the first entry of a top-level table that is the kernel's */
#define USER_LEVEL  2	/* up to this level, no entry is the program's and the kernel's */

#define PTE_ADDRESS 0xfffff000
#define PF_FETCH    0 /* only told where pages can be not executable */

#endif /* MICRO_WIDTH_H */
