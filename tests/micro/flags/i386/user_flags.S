/* SPDX-License-Identifier: BSD-2-Clause */
#include "width.h"

/*
 * user_flags.S - a user program that loads flags from eax and reads them back.
 *
 * Invariant: nothing between popf and pushf changes a flag.
 */
	.text
	.globl user_flags
user_flags:
	pushl %eax
	popfl
	pushfl
	popl %eax
	USER_END

	.section .note.GNU-stack, "", @progbits
