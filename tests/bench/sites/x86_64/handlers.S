/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handlers.S - see handlers.h and system_calls.c.
 *
 * Invariant: none of them leaves GS other than it was, since none uses it.
 */
	.text
	.globl handler_return, handler_skip, handler_system_call
handler_return:
	iretq

handler_skip:
	addq $8, %rsp
	addq $2, (%rsp)
	iretq

handler_system_call:
	sysretq

	.section .note.GNU-stack, "", @progbits
