/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.S - every way into the kernel, all to trap_handle(struct regs *), and the ways out: back to
 * where it came from, into user code, and the long jump that abandons a handler.
 *
 * Invariant: what stands on the stack has the layout of struct regs (traps.h).
 */
#include "layout.h"

	.macro push_registers
	pushq %rax
	pushq %rbx
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %rbp
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	.endm

	.macro pop_registers
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rbp
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rbx
	popq %rax
	.endm

	.text
	.balign 16
	.globl trap_stubs
trap_stubs:
	.set vector, 0
	.rept 256
	.balign 16
	.if vector != 8 && vector != 17 && (vector < 10 || vector > 14)
	pushq $0
	.endif
	pushq $vector
	jmp trap_common
	.set vector, vector + 1
	.endr

trap_common:
	testb $3, 24(%rsp)
	jz 1f
	swapgs
1:	push_registers
	cld
	movq %rsp, %rdi
	call trap_handle
	.globl trap_return
trap_return:
	pop_registers
	testb $3, 24(%rsp)
	jz 1f
	swapgs
1:	addq $16, %rsp
	iretq

	.globl syscall_entry
syscall_entry:
	swapgs
	movq %rsp, %gs:8
	movq %gs:0, %rsp
	pushq $USER_DS
	pushq %gs:8
	pushq %r11
	pushq $USER_CS
	pushq %rcx
	pushq $0
	pushq $VECTOR_SYSCALL
	push_registers
	cld
	movq %rsp, %rdi
	call trap_handle
	jmp trap_return

/*
 * user_enter(const struct regs *, enum user_entry): comes back, through user_leave(), when user code
 * traps.
 */
	.globl user_enter
user_enter:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, user_return_rsp(%rip)
	subq $176, %rsp
	movl %esi, %edx
	movq %rdi, %rsi
	movq %rsp, %rdi
	movl $22, %ecx
	rep movsq
	testl %edx, %edx
	jz trap_return
	pop_registers
	movq 16(%rsp), %rcx
	movq 32(%rsp), %r11
	movq 40(%rsp), %rsp
	swapgs
	sysretq

	.globl user_leave
user_leave:
	movq user_return_rsp(%rip), %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret

/* int jump_set(struct jump *): 0 now, 1 when jump_to() comes back here. */
	.globl jump_set
jump_set:
	movq (%rsp), %rax
	movq %rax, (%rdi)
	leaq 8(%rsp), %rax
	movq %rax, 8(%rdi)
	movq %rbx, 16(%rdi)
	movq %rbp, 24(%rdi)
	movq %r12, 32(%rdi)
	movq %r13, 40(%rdi)
	movq %r14, 48(%rdi)
	movq %r15, 56(%rdi)
	xorl %eax, %eax
	ret

	.globl jump_to
jump_to:
	movq 8(%rdi), %rsp
	movq 16(%rdi), %rbx
	movq 24(%rdi), %rbp
	movq 32(%rdi), %r12
	movq 40(%rdi), %r13
	movq 48(%rdi), %r14
	movq 56(%rdi), %r15
	movl $1, %eax
	jmpq *(%rdi)

	.bss
	.balign 8
user_return_rsp:
	.skip 8

	.section .note.GNU-stack, "", @progbits
