/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.S - see stub.h: the code of the stub's page, which user spaces have at STUB_CODE. Addresses are
 * those that it has there.
 *
 * Invariant: what it does depends on the orders alone, whatever the registers hold that user code left.
 */
#include <wedge/x86.h>
#include "../stub.h"
#include "../x2.h"

#define ORDER(offset) STUB_ORDERS + (offset)
#define CHANNEL(offset) STUB_CHANNEL + (offset)
#define UTCB (X2_UTCB_AREA + X2_UTCB_POINTER)

	.section .stub, "ax", @progbits
	.globl stub_page, stub_start, stub_stop, stub_orders, stub_leave
stub_page:

/* K knows stack pointer, flags and where the thread was. */
stub_stop:
	movl $STUB_CHANNEL + CHANNEL_STACK, %esp
	pushl $X86_FLAGS_FIXED
	popfl
	movl %eax, CHANNEL(CHANNEL_GPR)
	movl %ecx, CHANNEL(CHANNEL_GPR + 4)
	movl %edx, CHANNEL(CHANNEL_GPR + 8)
	movl %ebx, CHANNEL(CHANNEL_GPR + 12)
	movl %ebp, CHANNEL(CHANNEL_GPR + 20)
	movl %esi, CHANNEL(CHANNEL_GPR + 24)
	movl %edi, CHANNEL(CHANNEL_GPR + 28)

/* A new thread has nothing to save. */
stub_start:
call_kernel:
	movl $STUB_CHANNEL + CHANNEL_STACK, %esp
	movl $X2_EVERYTHING, UTCB + X2_UTCB_BR0
	movl $X2_ROOT, %eax
	movl %eax, %edx
	xorl %ecx, %ecx
	movl $STUB_STOPPED << 16, %esi
	movl $UTCB, %edi
	call *ORDER(ORDERS_IPC)
	jmp 1f

/* K knows all registers. */
stub_orders:
	movl $STUB_CHANNEL + CHANNEL_STACK, %esp
	pushl $X86_FLAGS_FIXED
	popfl

/*
 * Who gets the faults and exceptions stands in words of the thread's own block. A new thread has no handler
 * there, and user code may have written others: that would outlast it, since the thread serves another program
 * later.
 */
1:	movl $X2_ROOT, UTCB + X2_UTCB_PAGER
	movl $X2_ROOT, UTCB + X2_UTCB_HANDLER

/* Flushes the pages of the list, as many at once as a message has registers, from the last to the first. */
	movl ORDER(ORDERS_COUNT), %ebp
2:	testl %ebp, %ebp
	jz 4f
	xorl %ecx, %ecx
3:	decl %ebp
	movl ORDER(ORDERS_LIST)(, %ebp, 4), %eax
	movl %eax, UTCB(, %ecx, 4)
	incl %ecx
	testl %ebp, %ebp
	jz 5f
	cmpl $X2_MESSAGE_MAX, %ecx
	jb 3b
5:	leal X2_UNMAP_FLUSH - 1(%ecx), %eax
	movl UTCB, %esi
	movl $UTCB, %edi
	pushl %ebp
	call *ORDER(ORDERS_UNMAP)
	popl %ebp
	jmp 2b

4:	cmpl $0, ORDER(ORDERS_AGAIN)
	je 7f
	cmpl $0, ORDER(ORDERS_SAVE_FPU)
	je call_kernel
	fxsave CHANNEL(CHANNEL_FPU)
	jmp call_kernel
7:	cmpl $0, ORDER(ORDERS_LOAD_FPU)
	je 6f
	fxrstor ORDER(ORDERS_FPU)
6:	movl ORDER(ORDERS_GPR), %eax
	movl ORDER(ORDERS_GPR + 4), %ecx
	movl ORDER(ORDERS_GPR + 8), %edx
	movl ORDER(ORDERS_GPR + 12), %ebx
	movl ORDER(ORDERS_GPR + 20), %ebp
	movl ORDER(ORDERS_GPR + 24), %esi
	movl ORDER(ORDERS_GPR + 28), %edi
	/* The flags are read from where the stack would be. */
	movl $STUB_ORDERS + ORDERS_EFLAGS, %esp
	popfl
	movl ORDER(ORDERS_GPR + 16), %esp
stub_leave:
	jmp *ORDER(ORDERS_EIP)

	.section .note.GNU-stack, "", @progbits
