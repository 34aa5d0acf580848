/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.S - a file that has everything of a kernel that the tools look at, for both widths: code
 * with sites in two sections, alternatives, data, notes.
 *
 * EXTRA, if defined, names a file with more assembly, put into .text of function `extra`.
 */
#include "site.inc"

	.text
	.globl	start
	.type	start, @function
start:	after	ID_CLI, cli
	before	ID_STI, sti
	after	ID_HLT, hlt
	after	ID_OUT_IMM, outb %al, $0x80
	after	ID_MOV_FROM_CR, mov %cr3, %REG(ax)
	after	ID_INS, rep insb
	ret
	.size	start, . - start

	.globl	second
	.type	second, @function
second:	after	ID_RDMSR, rdmsr
	after	ID_DECODE, pushf
	rdtsc
	int3
	ret
	.size	second, . - second

	.globl	extra
	.type	extra, @function
extra:
#ifdef EXTRA
	.include EXTRA
#endif
	ret
	.size	extra, . - extra

	.section .init.text, "ax", @progbits
	.type	init, @function
init:	after	ID_CPUID, cpuid
	after	ID_IRET, IRET
	.size	init, . - init

	.section .altinstr_replacement, "ax", @progbits
	.byte	0x0f, 0x01, 0xcb	/* stac, as the kernel writes it */

	.data
	.byte	0xfa, 0xfb, 0xf4
	.section .rodata, "a", @progbits
	.asciz	"no code"

	.section .notes, "a", @note
	.long	4, 4, 18
	.asciz	"Xen"
#ifndef PVH
#define PVH 0x1000000
#endif
	.long	PVH
#ifdef LINUX_NOTE
	.long	6, 4, 0x100
	.asciz	"Linux"
	.align	4
	.long	0
#endif
