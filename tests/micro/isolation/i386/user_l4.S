/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_l4.S - a user program that makes a call of L4's (l4.h).
 *
 * Invariant: ends in USER_END, if the call comes back.
 */
#include "l4.h"
#include "layout.h"

	.text
	.globl user_l4_call
user_l4_call:
	movl USER_DATA + CALL_ENTRY, %eax
	movl L4_KIP(%eax), %eax
	addl $L4_KIP, %eax
	movl %eax, USER_DATA + CALL_TARGET
	movl USER_DATA + CALL_EAX, %eax
	movl USER_DATA + CALL_ECX, %ecx
	movl USER_DATA + CALL_EDX, %edx
	movl USER_DATA + CALL_EBX, %ebx
	movl USER_DATA + CALL_ESI, %esi
	movl USER_DATA + CALL_EDI, %edi
	movl USER_DATA + CALL_EBP, %ebp
	call *USER_DATA + CALL_TARGET
	movl %eax, USER_DATA + BACK_EAX
	movl %esi, USER_DATA + BACK_ESI
	movl %ebp, USER_DATA + BACK_EBP
	movl $1, USER_DATA + BACK
	USER_END

	.section .note.GNU-stack, "", @progbits
