/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.S - a user program that runs for a while.
 *
 * Invariant: bx ends as cx began.
 */
#include "width.h"

	.text
	.globl user_count
user_count:
	inc %REG_BX
	dec %REG_CX
	jnz user_count
	USER_END

	.section .note.GNU-stack, "", @progbits
