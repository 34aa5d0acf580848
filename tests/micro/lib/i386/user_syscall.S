/* SPDX-License-Identifier: BSD-2-Clause */
#include "width.h"

/*
 * user_syscall.S - a user program that makes one system call.
 *
 * Invariant: position and stack are the caller's choice; no data of its own.
 */
	.text
	.globl user_syscall
user_syscall:
	int $0x80
	USER_END

	.section .note.GNU-stack, "", @progbits
