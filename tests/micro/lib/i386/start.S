/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.S - the two entries of a micro-guest: startup_32 by the Linux 32-bit boot protocol, and
 * pvh_start by the PVH protocol, which differ in the register that holds the loader's information.
 *
 * Invariant: until `high` all of this runs at its physical address, first with paging off, then on
 * an identity map; afterwards where it is linked.
 */
#include "layout.h"

#define PHYS(symbol) ((symbol) - KERNEL_BASE)

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
	.globl startup_32, pvh_start
startup_32:
	movl $PHYS(early_stack_top), %esp
	pushl %esi
	pushl %edi
	pushl %ebp
	pushl %ebx
	pushfl
	pushl %ss
	pushl %es
	pushl %ds
	pushl %cs
	movl %cr0, %eax
	pushl %eax
	xorl %ebx, %ebx
	jmp 1f
pvh_start:
	xorl %esi, %esi
1:	cld
	movl $PHYS(entry_state), %esp
	lgdt PHYS(gdt_pointer_physical)
	ljmp $KERNEL_CS, $PHYS(1f)
1:	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movl %cr4, %eax
	orl $0x90, %eax /* PSE, PGE */
	movl %eax, %cr4
	movl $PHYS(boot_root), %eax
	movl %eax, %cr3
	movl %cr0, %eax
	orl $0x80010020, %eax /* PG, WP, NE */
	movl %eax, %cr0
	movl $high, %eax
	jmp *%eax

high:
	movl $stack_top, %esp
	lgdt gdt_pointer
	movl $bss_start, %edi
	movl $bss_end, %ecx
	subl %edi, %ecx
	xorl %eax, %eax
	rep stosb
	movl %esi, %eax
	movl %ebx, %edx
	xorl %ebp, %ebp
	call micro_start
	ud2

	.data
	.balign 8
	.word 0
gdt_pointer_physical:
	.word gdt_end - gdt - 1
	.long PHYS(gdt)
	.word 0
gdt_pointer:
	.word gdt_end - gdt - 1
	.long gdt

	.balign 16
	.globl gdt, gdt_end
gdt:
	.fill 2, 8, 0
	.quad 0x00cf9b000000ffff /* 10: code, CPL 0, while booting */
	.quad 0x00cf93000000ffff /* 18: data, CPL 0, while booting */
	.fill 8, 8, 0		 /* 30 to 43: for user code's threads */
	.quad 0x00cf9b000000ffff /* 60: code, CPL 0 */
	.quad 0x00cf93000000ffff /* 68: data, CPL 0 */
	.quad 0x00cffb000000ffff /* 70: code, CPL 3 */
	.quad 0x00cff3000000ffff /* 78: data, CPL 3 */
	.quad 0			 /* 80: TSS */
	.quad 0			 /* 88: LDT */
	.quad 0x00c0f10012345678 /* 90: read-only data, CPL 3 */
	.quad 0x00cf1b000000ffff /* 98: code, not present */
	.fill 12, 8, 0		 /* d8: the kernel's FS; f8: another TSS */
gdt_end:

	.balign 4096
	.globl boot_root
boot_root:
	.set block, 0
	.rept MAPPED_BLOCKS
	.long (block << BLOCK_SHIFT) + 0x83
	.set block, block + 1
	.endr
	.fill KERNEL_SLOT - MAPPED_BLOCKS, 4, 0
	.set block, 0
	.rept MAPPED_BLOCKS
	.long (block << BLOCK_SHIFT) + 0x83
	.set block, block + 1
	.endr
	.fill 1024 - KERNEL_SLOT - MAPPED_BLOCKS, 4, 0

	.fill 4096 - 10 * 4, 1, 0
	.globl entry_state
entry_state: /* CR0, CS, DS, ES, SS, flags, EBX, EBP, EDI, ESI; zero if entered by PVH */
	.fill 10, 4, 0
early_stack_top:

	.bss
	.balign 4096
	.globl stack_top
	.skip 32768
stack_top:

	.section .note.GNU-stack, "", @progbits
