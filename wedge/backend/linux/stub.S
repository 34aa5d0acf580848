/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.S - the code in every user process that is not the guest's (channel.h).
 *
 * Invariant: from `stub_stopped` on the stub trusts only the program counter and the pages of
 * orders: guest code may have jumped to the system call in front of it with any registers, and with
 * TF set. If an order fails, guest code does not run.
 */
#include <wedge/x86.h>
#include "channel.h"

#define SIGUSR1 10
#define SIGSYS	31

/*
 * Loads FS or GS, the orders in rbx. To load a selector changes the base, so if bases are told apart
 * from selectors, one that is there already stays, except one of the LDT, which may be another
 * descriptor now. The base is loaded if it is not the right one.
 */
	.macro load_base_register register, selector, base
	movzwl \selector(%rbx), %ecx
	cmpq $USER_BASES_OF_SELECTORS, ORDERS_BASES(%rbx)
	je 1f
	testb $4, %cl
	jnz 1f
	movl %\register, %eax
	cmpw %ax, %cx
	je 2f
1:	movl %ecx, %\register
2:	cmpq $USER_BASES_LOADED, ORDERS_BASES(%rbx)
	jne 3f
	rd\register\()base %rax
	movq \base(%rbx), %rcx
	cmpq %rax, %rcx
	je 3f
	wr\register\()base %rcx
3:
	.endm

	.section .stub.head, "ax"
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
	movl $USER_DOOR, %ecx
	subq %rcx, %rax
	cmpq $USER_DOOR_SIZE, %rax
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
	movabs $USER_ORDERS, %rsi
	cmpq $USER_BASES_LOADED, ORDERS_BASES(%rsi)
	jne 1f
	rdfsbase %rax
	movq %rax, CHANNEL_FS_BASE(%rbx)
	rdgsbase %rax
	movq %rax, CHANNEL_GS_BASE(%rbx)
1:	cmpl $SIGSYS, %edi
	jne stub_stop
	movl CONTEXT_RAX(%rdx), %ebp

/*
 * A system call, its number in ebp: rest, if the wedge looks for that. The turn is read before the
 * wedge can begin another. After the last yield, stop with the turn that was read: another may have
 * begun meanwhile.
 */
	.globl stub_rest
stub_rest:
	movabs $USER_CHANNEL, %rbx
	movabs $USER_ORDERS, %r12
	movq %rbp, CHANNEL_NUMBER(%rbx)
	movl ORDERS_PATIENCE(%r12), %r14d
	testl %r14d, %r14d
	jz stub_stop
	cmpl $USER_CALL_NUMBERS, %ebp
	jae stub_stop
	btl %ebp, ORDERS_STOPS(%r12)
	jc stub_stop
	rdtsc
	shlq $32, %rdx
	orq %rdx, %rax
	movq %rax, CHANNEL_SINCE(%rbx)
	movq ORDERS_TURN(%r12), %r13
	movq $USER_RESTS, CHANNEL_STATE(%rbx)
1:	movl $24, %eax /* sched_yield */
	syscall
	cmpq %r13, ORDERS_TURN(%r12)
	jne stub_go_on
	decl %r14d
	jnz 1b
	movq %r13, %rsi
	jmp stub_stop_turn

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
	load_base_register fs, ORDERS_SELECTOR + 4, ORDERS_FS_BASE
	load_base_register gs, ORDERS_SELECTOR + 6, ORDERS_GS_BASE
	movabs $USER_CHANNEL, %rcx
	movq $1, CHANNEL_RESUMED(%rcx)
	movq ORDERS_FRAME(%rbx), %rdx
	testq %rdx, %rdx
	jz stub_leave_by_door
	/* The host takes all of a frame's flags but NT: that stays as it is. */
	movl CONTEXT_FLAGS(%rdx), %eax
	andl $X86_FLAGS_NT, %eax
	orl $X86_FLAGS_FIXED, %eax
	leaq CHANNEL_SCRATCH(%rcx), %rsp
	pushq %rax
	popfq
	movq %rdx, %rsp
	movl $15, %eax /* rt_sigreturn */
	syscall
	ud2

	.section .note.GNU-stack, "", @progbits
