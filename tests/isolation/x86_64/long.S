/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * long.S - the means of attack that need no change of mode, since the program is 64-bit code.
 *
 * Invariant: calling conventions are those of C.
 */
	.text
	.globl host_call
host_call:
	movl %edi, %eax
	movq %rsi, %rdi
	movq %rdx, %rsi
	movq %rcx, %rdx
	movq %r8, %r10
	movq %r9, %r8
	movq 8(%rsp), %r9
	syscall
	ret

	.globl peek64
peek64:
	movq (%rdi), %rax
	ret

	.globl poke64
poke64:
	movq %rsi, (%rdi)
	ret

	.globl jump64
jump64:
	movq %rdi, %r11
	movq %rsi, %r15
	movq 8(%r11), %rcx
	movq 16(%r11), %rdx
	movq 24(%r11), %rbx
	movq 40(%r11), %rsi
	movq 48(%r11), %rdi
	movq 56(%r11), %r8
	movq 64(%r11), %r9
	movq 72(%r11), %r10
	movq 80(%r11), %r12
	movq 88(%r11), %r13
	movq 96(%r11), %r14
	movq 104(%r11), %rsp
	movq 32(%r11), %rbp
	movq (%r11), %rax
	jmp *%r15

	.globl landing64
landing64:
	movl $landing_stack_end - 64, %esp
	call land

	.section .note.GNU-stack, "", @progbits
