/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raw.S - run code with every register and flag chosen, and see all of them after (raw.h).
 *
 * Invariant: from popfq to the jump, and from raw_back to pushfq, nothing changes a flag.
 */
	.text
	.globl raw_call
raw_call:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rdi, raw_code(%rip)
	movq %rsi, raw_at(%rip)
	movq %rsp, raw_rsp(%rip)
	pushq 120(%rsi)
	popfq
	movq 0(%rsi), %rax
	movq 8(%rsi), %rbx
	movq 16(%rsi), %rcx
	movq 24(%rsi), %rdx
	movq 40(%rsi), %rdi
	movq 48(%rsi), %rbp
	movq 56(%rsi), %r8
	movq 64(%rsi), %r9
	movq 72(%rsi), %r10
	movq 80(%rsi), %r11
	movq 88(%rsi), %r12
	movq 96(%rsi), %r13
	movq 104(%rsi), %r14
	movq 112(%rsi), %r15
	movq 128(%rsi), %rsp
	movq 32(%rsi), %rsi
	jmp *raw_code(%rip)
	.globl raw_back
raw_back:
	movq %rsi, raw_rsi(%rip)
	movq raw_at(%rip), %rsi
	movq %rax, 0(%rsi)
	movq %rbx, 8(%rsi)
	movq %rcx, 16(%rsi)
	movq %rdx, 24(%rsi)
	movq raw_rsi(%rip), %rax
	movq %rax, 32(%rsi)
	movq %rdi, 40(%rsi)
	movq %rbp, 48(%rsi)
	movq %r8, 56(%rsi)
	movq %r9, 64(%rsi)
	movq %r10, 72(%rsi)
	movq %r11, 80(%rsi)
	movq %r12, 88(%rsi)
	movq %r13, 96(%rsi)
	movq %r14, 104(%rsi)
	movq %r15, 112(%rsi)
	movq %rsp, %rax
	movq raw_rsp(%rip), %rsp
	pushfq
	popq 120(%rsi)
	cld
	subq 128(%rsi), %rax
	movq %rax, 128(%rsi)
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret

	.bss
	.balign 8
raw_code:
	.skip 8
raw_at:
	.skip 8
raw_rsp:
	.skip 8
raw_rsi:
	.skip 8
	.skip 4096
	.globl raw_stack_top
raw_stack_top:

	.section .note.GNU-stack, "", @progbits
