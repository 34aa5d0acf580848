/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_calls.S - user code that calls the kernel %ebx times (handlers.h).
 *
 * Invariant: the loops differ in the call alone.
 */
#include "width.h"

	.text
	.globl user_int80, user_no_calls
user_int80:
	int $0x80
	decl %ebx
	jnz user_int80
	USER_END

user_no_calls:
	decl %ebx
	jnz user_no_calls
	USER_END

	.section .note.GNU-stack, "", @progbits
