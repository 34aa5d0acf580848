/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.S - the user programs that many checks share. Each ends in USER_END (width.h), if not before.
 *
 * Invariant: position and stack are the caller's choice; no data of its own.
 */
#include "width.h"

	.text
	.globl user_nothing, user_load, user_store, user_call, user_spin
user_nothing:
	USER_END

/* Reads a word at di into ax. */
user_load:
	mov (%REG_DI), %REG_AX
	USER_END

/* Writes si to di. */
user_store:
	mov %REG_SI, (%REG_DI)
	USER_END

/* Executes at di. */
user_call:
	jmp *%REG_DI

user_spin:
	jmp user_spin

	.section .note.GNU-stack, "", @progbits
