/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * long.S - into 64-bit mode and back, by far calls through the host's selectors.
 *
 * Invariant: the 32-bit caller's registers and stack are as C wants them.
 */
	.text
	.code32
	.macro into_long
	pushl %ebp
	movl %esp, %ebp
	pushl %ebx
	pushl %esi
	pushl %edi
	lcall $0x33, $1f
	popl %edi
	popl %esi
	popl %ebx
	popl %ebp
	ret
	.code64
1:
	.endm

	.globl host_call
host_call:
	into_long
	movl %ebp, %ebp
	movl 8(%rbp), %eax
	movq 12(%rbp), %rdi
	movq 20(%rbp), %rsi
	movq 28(%rbp), %rdx
	movq 36(%rbp), %r10
	movq 44(%rbp), %r8
	movq 52(%rbp), %r9
	syscall
	movq %rax, %rdx
	shrq $32, %rdx
	lretl

	.code32
	.globl peek64
peek64:
	into_long
	movl %ebp, %ebp
	movq 8(%rbp), %rcx
	movq (%rcx), %rax
	movq %rax, %rdx
	shrq $32, %rdx
	lretl

	.code32
	.globl poke64
poke64:
	into_long
	movl %ebp, %ebp
	movq 8(%rbp), %rcx
	movq 16(%rbp), %rax
	movq %rax, (%rcx)
	lretl

	.code32
	.globl jump64
jump64:
	into_long
	movl %ebp, %ebp
	movq 12(%rbp), %r15
	movl 8(%rbp), %r11d
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
	movw $0x2b, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	pushq $0x23
	movl $land, %eax
	pushq %rax
	lretq

	.section .note.GNU-stack, "", @progbits
