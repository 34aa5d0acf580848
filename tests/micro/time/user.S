/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.S - a user program that runs for a while.
 *
 * Invariant: rbx ends as rcx began.
 */
	.text
	.globl user_count
user_count:
	incq %rbx
	decq %rcx
	jnz user_count
	ud2

	.section .note.GNU-stack, "", @progbits
