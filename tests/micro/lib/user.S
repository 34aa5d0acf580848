/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.S - the user programs that many checks share. Each ends in ud2, if not before.
 *
 * Invariant: position and stack are the caller's choice; no data of its own.
 */
	.text
	.globl user_nothing, user_syscall, user_load, user_store, user_call, user_spin
user_nothing:
	ud2

user_syscall:
	syscall
	ud2

/* Reads 8 bytes at rdi into rax. */
user_load:
	movq (%rdi), %rax
	ud2

/* Writes rsi to rdi. */
user_store:
	movq %rsi, (%rdi)
	ud2

/* Executes at rdi. */
user_call:
	jmpq *%rdi

user_spin:
	jmp user_spin

	.section .note.GNU-stack, "", @progbits
