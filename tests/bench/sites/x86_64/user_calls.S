/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_calls.S - user code that calls the kernel %rbx times (handlers.h, system_calls.c).
 *
 * Invariant: the loops differ in the call alone.
 */
	.text
	.globl user_int80, user_syscalls, user_no_calls
user_int80:
	int $0x80
	decq %rbx
	jnz user_int80
	ud2

user_syscalls:
	syscall
	decq %rbx
	jnz user_syscalls
	ud2

user_no_calls:
	decq %rbx
	jnz user_no_calls
	ud2

	.section .note.GNU-stack, "", @progbits
