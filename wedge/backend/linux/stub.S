/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.S - the code in every user process that is not the guest's (user.h).
 *
 * Invariant: from `stub_stopped` on nothing is trusted but the program counter and the pages of
 * orders: guest code may have jumped to the system call in front of it with any registers.
 */
#include "user.h"

	.section .stub.text, "ax"

/* Signal handler: rdi signal, rdx its struct ucontext; on the alternate stack, all signals blocked. */
	.globl stub_handler
stub_handler:
	movabs $USER_CHANNEL, %rbx
	movq %rdx, CHANNEL_FRAME(%rbx)
	movq %rdi, CHANNEL_SIGNAL(%rbx)
	movw %ds, CHANNEL_SELECTOR(%rbx)
	movw %es, CHANNEL_SELECTOR + 2(%rbx)
	movw %fs, CHANNEL_SELECTOR + 4(%rbx)
	movw %gs, CHANNEL_SELECTOR + 6(%rbx)
stub_stop:
	movl $USER_STOP, %eax
	syscall
	.globl stub_stopped
stub_stopped:
	movabs $USER_ORDERS, %rbx
	leaq ORDERS_LIST(%rbx), %r12
	movq ORDERS_COUNT(%rbx), %r13
1:	testq %r13, %r13
	jz 3f
	movq (%r12), %rax
	movq 8(%r12), %rdi
	movq 16(%r12), %rsi
	movq 24(%r12), %rdx
	movq 32(%r12), %r10
	movq 40(%r12), %r8
	movq 48(%r12), %r9
	syscall
	cmpq $-4096, %rax
	jbe 2f
	movabs $USER_CHANNEL, %rcx
	movq %rax, CHANNEL_ERROR(%rcx)
2:	addq $ORDER_SIZE, %r12
	decq %r13
	jmp 1b
3:	cmpq $0, ORDERS_AGAIN(%rbx)
	jne stub_stop
	movw ORDERS_SELECTOR(%rbx), %ds
	movw ORDERS_SELECTOR + 2(%rbx), %es
	movw ORDERS_SELECTOR + 4(%rbx), %fs
	movw ORDERS_SELECTOR + 6(%rbx), %gs
	movq ORDERS_FRAME(%rbx), %rsp
	movl $15, %eax /* rt_sigreturn */
	syscall
	ud2

	.section .note.GNU-stack, "", @progbits
