/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_forbidden.S - user programs that try what user code must not do, x86-64.
 *
 * Invariant: each ends in ud2, if not before.
 */
#include "try.inc"

	.text
	try swapgs
	swapgs
	ud2
	try sysret
	sysretq
	try iret_to_kernel
	pushq $0x18
	pushq %rsp
	pushq $2
	pushq $0x10
	pushq $0
	iretq
	try lret_to_kernel
	pushq $0x10
	pushq $0
	lretq
	try iret_to_xen
	pushq $0xe02b
	pushq %rsp
	pushq $0x202
	pushq $0xe030
	pushq %rdi
	iretq


	.globl user_near_call
user_near_call:
	call *%rdi
	ud2

	.section .note.GNU-stack, "", @progbits
