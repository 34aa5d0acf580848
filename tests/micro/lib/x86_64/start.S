/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.S - the two entries of a micro-guest: startup_64 by the Linux 64-bit boot protocol, and
 * pvh_start by the PVH protocol (32-bit protected mode), which leads to the first.
 *
 * Invariant: until `high` all of this runs at its physical address, in both cases on an identity
 * map; afterwards where it is linked.
 */
#include "layout.h"

#define PHYS(symbol) ((symbol) - KERNEL_BASE)
#define INDEX(address, level) ((address) >> (12 + INDEX_BITS * ((level) - 1)) & 511)

	.section .note.pvh, "a", @note
	.align 4
	.long 4, 4, 18 /* owner's length, 4 bytes, XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long PHYS(pvh_start)

	/* By such a note pack knows Linux, and so a micro-guest, whose ELF entry is as Linux's. */
	.section .note.Linux, "a", @note
	.align 4
	.long 6, 4, 0x100 /* LINUX_ELFNOTE_BUILD_SALT */
	.asciz "Linux"
	.align 4
	.ascii "test"

	.section .head.text, "ax"
	.globl startup_64
	.code64
startup_64:
	lgdt gdt_pointer_physical(%rip)
	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	leaq early_stack_top(%rip), %rsp
	pushq $KERNEL_CS
	leaq 1f(%rip), %rax
	pushq %rax
	lretq
1:	movl $0xc0000080, %ecx /* EFER: SCE, NX */
	rdmsr
	orl $0x801, %eax
	wrmsr
	movq %cr4, %rax
	orq $0xa0, %rax /* PAE, PGE */
	movq %rax, %cr4
	leaq boot_root(%rip), %rax
	movq %rax, %cr3
	movabsq $high, %rax
	jmpq *%rax

high:
	leaq stack_top(%rip), %rsp
	lgdt gdt_pointer(%rip)
	movq %rsi, %r12
	leaq bss_start(%rip), %rdi
	leaq bss_end(%rip), %rcx
	subq %rdi, %rcx
	xorl %eax, %eax
	rep stosb
	movq %r12, %rdi
	movl pvh_info(%rip), %esi
	xorl %ebp, %ebp
	call micro_start
	ud2

	.code32
	.globl pvh_start
pvh_start:
	cld
	movl $PHYS(early_stack_top), %esp
	movl %ebx, PHYS(pvh_info)
	lgdt PHYS(gdt_pointer_physical)
	movl %cr4, %eax
	orl $0x20, %eax
	movl %eax, %cr4
	movl $PHYS(boot_root), %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx
	rdmsr
	orl $0x100, %eax
	wrmsr
	movl %cr0, %eax
	orl $0x80010020, %eax /* PG, WP, NE */
	movl %eax, %cr0
	ljmpl $KERNEL_CS, $PHYS(pvh_64)
	.code64
pvh_64:
	xorl %esi, %esi
	jmp startup_64

	.data
	.balign 8
	.word 0, 0, 0
gdt_pointer_physical:
	.word gdt_end - gdt - 1
	.quad PHYS(gdt)
	.word 0, 0, 0
gdt_pointer:
	.word gdt_end - gdt - 1
	.quad gdt

	.balign 16
	.globl gdt, gdt_end
gdt:
	.quad 0
	.quad 0x00cf9b000000ffff /* 08: 32-bit code, CPL 0 */
	.quad 0x00af9b000000ffff /* 10: 64-bit code, CPL 0 */
	.quad 0x00cf93000000ffff /* 18: data, CPL 0 */
	.quad 0x00cffb000000ffff /* 20: 32-bit code, CPL 3 */
	.quad 0x00cff3000000ffff /* 28: data, CPL 3 */
	.quad 0x00affb000000ffff /* 30: 64-bit code, CPL 3 */
	.quad 0
	.quad 0, 0 /* 40: TSS, filled in by segments_init() */
	.quad 0x00c0f10012345678 /* 50: read-only data, CPL 3, base 0x001234.., not writable */
	.quad 0x00cf1b000000ffff /* 58: code, not present */
gdt_end:

pvh_info:
	.long 0

/* A table with up to three entries; the first counts where two have the same index. */
	.macro table index, entry, index2=-1, entry2=0, index3=-1, entry3=0
	.set at, 0
	.rept 512
	.if at == \index
	.quad \entry
	.elseif at == \index2
	.quad \entry2
	.elseif at == \index3
	.quad \entry3
	.else
	.quad 0
	.endif
	.set at, at + 1
	.endr
	.endm

/* The first blocks of memory. */
	.macro table_of_blocks
	.set block, 0
	.rept MAPPED_BLOCKS
	.quad (block << BLOCK_SHIFT) + 0x83
	.set block, block + 1
	.endr
	.fill 512 - MAPPED_BLOCKS, 8, 0
	.endm

/* The kernel may be in the identity map's slot, and have its direct map by itself. */
	.balign 4096
	.globl boot_root
boot_root:
	table 0, PHYS(boot_l3_low) + 0x7, INDEX(KERNEL_BASE, 4), PHYS(boot_l3_kernel) + 0x3, \
		INDEX(DIRECT_BASE, 4), PHYS(boot_l3_direct) + 0x3
boot_l3_low:
	.if INDEX(KERNEL_BASE, 4)
	table 0, PHYS(boot_l2) + 0x3
boot_l3_kernel:
	table INDEX(KERNEL_BASE, 3), PHYS(boot_l2) + 0x3
	.else
	table 0, PHYS(boot_l2) + 0x3, INDEX(KERNEL_BASE, 3), PHYS(boot_l2) + 0x3
	.endif
boot_l2:
	table_of_blocks
	.if INDEX(DIRECT_BASE, 4) != INDEX(KERNEL_BASE, 4)
boot_l3_direct:
	table INDEX(DIRECT_BASE, 3), PHYS(boot_l2_direct) + 0x3
boot_l2_direct:
	table_of_blocks
	.endif

	.fill 4096, 1, 0
early_stack_top:

	.bss
	.balign 4096
	.globl stack_top
	.skip 32768
stack_top:

	.section .note.GNU-stack, "", @progbits
