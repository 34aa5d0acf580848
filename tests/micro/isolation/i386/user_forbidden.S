/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_forbidden.S - user programs that try what user code must not do, i386.
 *
 * Invariant: each ends in USER_END, if not before.
 */
#include "try.inc"

	.text
	try iret_to_kernel
	pushl $KERNEL_DS
	pushl %esp
	pushl $2
	pushl $KERNEL_CS
	pushl $0
	iret
	USER_END
	try lret_to_kernel
	pushl $KERNEL_CS
	pushl $0
	lret
	USER_END
	try jump_to_kernel
	ljmp $KERNEL_CS, $KERNEL_START
	USER_END
	try call_to_kernel
	lcall $KERNEL_CS, $KERNEL_START
	USER_END
	try jump_to_task
	ljmp $TSS_SELECTOR, $0
	USER_END

	.globl user_call_door, user_jump
user_call_door:
	call *WEDGE_DOOR
	USER_END
user_jump:
	jmp *%edi

	.globl user_sysenter, user_syscall32
user_sysenter:
	sysenter
	USER_END
user_syscall32:
	.byte 0x0f, 0x05
	USER_END

	.section .note.GNU-stack, "", @progbits
