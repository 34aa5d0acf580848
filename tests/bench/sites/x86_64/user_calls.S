/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_calls.S - user code that calls the kernel %rbx times (handlers.h, system_calls.c).
 *
 * Invariant: the loops differ in the call alone.
 */
#include "width.h"

	.text
	.globl user_int80, user_syscalls, user_no_calls
user_int80:
	int $0x80
	decq %rbx
	jnz user_int80
	USER_END

user_syscalls:
	syscall
	decq %rbx
	jnz user_syscalls
	USER_END

user_no_calls:
	decq %rbx
	jnz user_no_calls
	USER_END

	.section .note.GNU-stack, "", @progbits
