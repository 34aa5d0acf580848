/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x2.S - the system calls of L4 as functions (x2.h): L4's registers on one side, the C compiler's on
 * the other. L4 keeps the stack pointer alone.
 *
 * Invariant: the entries are called, never jumped to: L4 takes the way back from the stack.
 */
#include "x2.h"

	.text

	.macro begin name
	.globl \name
\name:
	pushl %ebp
	pushl %ebx
	pushl %esi
	pushl %edi
	.endm

	.macro end
	popl %edi
	popl %esi
	popl %ebx
	popl %ebp
	ret
	.endm

	/* An argument, behind four registers and the return address. */
#define ARGUMENT(n) (20 + 4 * (n))(%esp)
#define CALL(number) *x2_calls + 4 * number

	begin x2_ipc
	movl ARGUMENT(0), %eax
	movl ARGUMENT(1), %edx
	movl ARGUMENT(2), %ecx
	movl ARGUMENT(3), %esi
	movl ARGUMENT(4), %edi
	call CALL(X2_IPC)
	movl ARGUMENT(4), %edi
	movl %ebx, 4(%edi)
	movl %ebp, 8(%edi)
	movl ARGUMENT(5), %edx
	movl %eax, (%edx)
	movl %esi, %eax
	end

	begin x2_unmap
	movl ARGUMENT(0), %eax
	movl ARGUMENT(1), %edi
	movl (%edi), %esi
	call CALL(X2_UNMAP)
	end

	begin x2_exchange_registers
	movl ARGUMENT(0), %eax
	movl ARGUMENT(1), %ebp
	movl (%ebp), %ecx
	movl 4(%ebp), %edx
	movl 8(%ebp), %esi
	movl 12(%ebp), %edi
	xorl %ebx, %ebx
	xorl %ebp, %ebp
	call CALL(X2_EXCHANGE_REGISTERS)
	movl ARGUMENT(1), %ebp
	movl %ecx, (%ebp)
	movl %edx, 4(%ebp)
	movl %esi, 8(%ebp)
	movl %edi, 12(%ebp)
	testl %eax, %eax
	setne %al
	movzbl %al, %eax
	end

	begin x2_thread_control
	movl ARGUMENT(0), %eax
	movl ARGUMENT(1), %esi
	movl ARGUMENT(2), %edx
	movl ARGUMENT(3), %ecx
	movl ARGUMENT(4), %edi
	call CALL(X2_THREAD_CONTROL)
	end

	begin x2_space_control
	movl ARGUMENT(0), %eax
	movl ARGUMENT(1), %ecx
	movl ARGUMENT(2), %edx
	movl ARGUMENT(3), %esi
	xorl %edi, %edi
	call CALL(X2_SPACE_CONTROL)
	end

	begin x2_schedule
	movl ARGUMENT(0), %eax
	movl ARGUMENT(1), %ecx
	movl $-1, %edx
	movl $-1, %esi
	movl $-1, %edi
	call CALL(X2_SCHEDULE)
	end

	.section .note.GNU-stack, "", @progbits
