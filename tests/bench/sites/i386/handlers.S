/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handlers.S - see handlers.h.
 *
 * Invariant: none of them uses a data segment but by the stack.
 */
	.text
	.globl handler_return, handler_skip
handler_return:
	iret

handler_skip:
	addl $4, %esp
	addl $2, (%esp)
	iret

	.section .note.GNU-stack, "", @progbits
