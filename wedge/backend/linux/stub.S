/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.S - the code in every user process that is not the guest's (channel.h).
 *
 * Invariant: from `stub_stopped` on the stub trusts only the program counter and the pages of
 * orders: guest code may have jumped to the system call in front of it with any registers, and with
 * TF set. If an order fails, guest code does not run.
 */
#include "channel.h"

#define SIGUSR1 10

	/* First in the stub, so that places in the copy are constants. */
	.section .stub.head, "ax"
stub_start:

/*
 * Signal handler: rdi signal, rdx its struct ucontext; on the alternate stack, all signals blocked.
 * SIGUSR1 may hit the stub itself on its way to a stop or back: then it is ignored, and the wedge sends
 * it again until the process stops.
 *
 * The first argument of the system call that stops, which the host's kernel shows the wedge, is the
 * signal, USER_CALLS, 0 when orders were carried out, or the error of one that was not. The second is
 * the turn that ends with it.
 */
	.globl stub_handler
stub_handler:
	cmpl $SIGUSR1, %edi
	jne 1f
	movq CONTEXT_RIP(%rdx), %rax
	movabs $USER_STUB, %rcx
	subq %rax, %rcx
	negq %rcx
	cmpq $USER_STUB_SIZE, %rcx
	jb 2f
	subl $USER_DOOR, %eax
	cmpl $USER_DOOR_SIZE, %eax
	jae 1f
2:	movq %rdx, %rsp
	movl $15, %eax /* rt_sigreturn */
	syscall
1:	movabs $USER_CHANNEL, %rbx
	movq %rdx, CHANNEL_FRAME(%rbx)
	movq %rdi, CHANNEL_SIGNAL(%rbx)
	movw %ds, CHANNEL_SELECTOR(%rbx)
	movw %es, CHANNEL_SELECTOR + 2(%rbx)
	movw %fs, CHANNEL_SELECTOR + 4(%rbx)
	movw %gs, CHANNEL_SELECTOR + 6(%rbx)
stub_stop:
	movabs $USER_ORDERS, %rsi
	movq ORDERS_TURN(%rsi), %rsi
stub_stop_turn:
	movabs $USER_CHANNEL, %rbx
	rdtsc
	shlq $32, %rdx
	orq %rdx, %rax
	movq %rax, CHANNEL_SINCE(%rbx)
	movq $USER_STOPS, CHANNEL_STATE(%rbx)
1:	movl $USER_STOP, %eax
	syscall
	.globl stub_stopped
stub_stopped:
	testq %rax, %rax
	js 1b /* a signal ended it, not an answer */
stub_go_on:
	movabs $USER_ORDERS, %rbx
	leaq ORDERS_LIST(%rbx), %r12
	movq ORDERS_COUNT(%rbx), %r13
	xorl %r14d, %r14d
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
	.globl stub_ordered
stub_ordered:
	cmpq $-4096, %rax
	jbe 2f
	movq %rax, %r14
2:	addq $ORDER_SIZE, %r12
	decq %r13
	jmp 1b
3:	movq %r14, %rdi
	testq %r14, %r14
	jnz stub_stop
	cmpq $0, ORDERS_AGAIN(%rbx)
	jne stub_stop
	movw ORDERS_SELECTOR(%rbx), %ds
	movw ORDERS_SELECTOR + 2(%rbx), %es
	movw ORDERS_SELECTOR + 4(%rbx), %fs
	movw ORDERS_SELECTOR + 6(%rbx), %gs
	movabs $USER_CHANNEL, %rcx
	movq $1, CHANNEL_RESUMED(%rcx)
	movq ORDERS_FRAME(%rbx), %rsp
	testq %rsp, %rsp
	jz leave_by_door
	movl $15, %eax /* rt_sigreturn */
	syscall
	ud2

/*
 * A system call without a signal. The guest's stack holds the guest's code segment and the return
 * address, where its code goes on. 32-bit code does not use r8 to r15.
 */
	.globl stub_door
stub_door:
	movabs $USER_CHANNEL, %r15
	movabs $USER_ORDERS, %r14
	movq %rax, CHANNEL_CALL(%r15)
	movq %rcx, CHANNEL_CALL + 8(%r15)
	movq %rdx, CHANNEL_CALL + 16(%r15)
	movq %rbx, CHANNEL_CALL + 24(%r15)
	movq %rbp, CHANNEL_CALL + 40(%r15)
	movq %rsi, CHANNEL_CALL + 48(%r15)
	movq %rdi, CHANNEL_CALL + 56(%r15)
	movl 4(%rsp), %eax
	movq %rax, CALL_RIP(%r15)
	movl (%rsp), %eax
	movq %rax, CALL_CS(%r15)
	movw %ss, CALL_SS(%r15)
	leaq 8(%rsp), %rax
	movq %rax, CHANNEL_CALL + 32(%r15)
	leaq CHANNEL_SCRATCH(%r15), %rsp
	pushfq
	popq CALL_FLAGS(%r15)
	cld
	movw %ds, CHANNEL_SELECTOR(%r15)
	movw %es, CHANNEL_SELECTOR + 2(%r15)
	movw %fs, CHANNEL_SELECTOR + 4(%r15)
	movw %gs, CHANNEL_SELECTOR + 6(%r15)
	movl ORDERS_XSTATE(%r14), %eax
	movl ORDERS_XSTATE + 4(%r14), %edx
	xsave64 CHANNEL_XSTATE(%r15)
	movq $0, CHANNEL_FRAME(%r15)
	movl $USER_CALLS, %edi
/*
 * Rest, if the wedge looks for that. The turn is read before the wedge can begin another. After the
 * last yield, stop with the turn that was read: another may have begun meanwhile.
 */
	movl ORDERS_PATIENCE(%r14), %ebp
	testl %ebp, %ebp
	jz stub_stop
	movl CHANNEL_CALL(%r15), %ebx
	cmpl $USER_CALL_NUMBERS, %ebx
	jae stub_stop
	btl %ebx, ORDERS_STOPS(%r14)
	jc stub_stop
	rdtsc
	shlq $32, %rdx
	orq %rdx, %rax
	movq %rax, CHANNEL_SINCE(%r15)
	movq ORDERS_TURN(%r14), %r13
	movq $USER_RESTS, CHANNEL_STATE(%r15)
1:	movl $24, %eax /* sched_yield */
	syscall
	cmpq %r13, ORDERS_TURN(%r14)
	jne stub_go_on
	decl %ebp
	jnz 1b
	movq %r13, %rsi
	jmp stub_stop_turn

leave_by_door:
	movabs $USER_CHANNEL, %r15
	movl ORDERS_XSTATE(%rbx), %eax
	movl ORDERS_XSTATE + 4(%rbx), %edx
	xrstor64 CHANNEL_XSTATE(%r15)
	leaq CHANNEL_SCRATCH(%r15), %rsp
	pushq CALL_SS(%r15)
	pushq CHANNEL_CALL + 32(%r15)
	pushq CALL_FLAGS(%r15)
	pushq CALL_CS(%r15)
	pushq CALL_RIP(%r15)
	movq CHANNEL_CALL(%r15), %rax
	movq CHANNEL_CALL + 8(%r15), %rcx
	movq CHANNEL_CALL + 16(%r15), %rdx
	movq CHANNEL_CALL + 24(%r15), %rbx
	movq CHANNEL_CALL + 40(%r15), %rbp
	movq CHANNEL_CALL + 48(%r15), %rsi
	movq CHANNEL_CALL + 56(%r15), %rdi
	iretq

/* The door's page, copied to USER_DOOR: a pointer to the code behind it, which is 32-bit code. */
	.globl stub_door_page, stub_door_page_end
stub_door_page:
	.long USER_DOOR_CODE
	.fill 12, 1, 0xcc
	.code32
	pushl %cs
	ljmp $0x33, $(USER_DOOR + 1f - stub_door_page)
	.code64
1:	movabs $USER_STUB + stub_door - stub_start, %r15
	jmp *%r15
stub_door_page_end:

	.section .note.GNU-stack, "", @progbits
