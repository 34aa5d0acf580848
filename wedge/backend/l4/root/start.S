/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.S - where L4 starts the root program: without a stack.
 *
 * Invariant: never returns.
 */
	.section .text.start, "ax"
	.globl root_start
root_start:
	movl $stack_top, %esp
	cld
	call root_main
1:	jmp 1b

	.bss
	.balign 16
	.skip 0x4000
stack_top:

	.section .note.GNU-stack, "", @progbits
