/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * number.S - a program that ends with the sum of PAGES times NUMBER. Each page of its code adds NUMBER
 * behind so many system calls that a wedge may execute a copy of the page (wedge/doc/process.md).
 *
 * Invariant: programs of different numbers differ in nothing else.
 */
#define CALLS 100

	.globl _start
_start:
	xorl %ebx, %ebx
	.rept PAGES
	.balign 4096
	movl $CALLS, %esi
#ifdef __x86_64__
1:	movl $39, %eax /* getpid */
	syscall
	.nops 9
#else
1:	movl $20, %eax
	int $0x80
#endif
	decl %esi
	jnz 1b
	addl $NUMBER, %ebx
	.endr
#ifdef __x86_64__
	movl %ebx, %edi
	movl $60, %eax /* exit */
	syscall
#else
	movl $1, %eax
	int $0x80
#endif
	.section .note.GNU-stack, "", @progbits
