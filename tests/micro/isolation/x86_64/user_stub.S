/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_stub.S - user programs that misuse the wedge's stub, x86-64 (stub.h).
 *
 * Invariant: rdi (a user page) gets ARRIVED, and DONE, with what was found behind it, when the thing
 * has worked.
 */
#include "layout.h"
#include "stub.h"

	.macro arrive name
	.globl user_\name
user_\name:
	movl $ARRIVED, (%rdi)
	.endm

	.macro done
	movq %rax, 8(%rdi)
	movl $DONE, (%rdi)
	ud2
	.endm

	.macro stub_at register
	movabsq $STUB, %r11
	addq %r11, \register
	.endm

	.text
	arrive enter_stub
	stub_at %rsi
	movabsq $STUB_CHANNEL, %rbx
	movq %r11, %rax
	movq %rbx, %rcx
	movq %rdi, %rbp
	call *%rsi
	done

	arrive read_stub
	stub_at %rsi
	movq (%rsi), %rax
	done

	arrive call_in_stub
	stub_at %rsi
	movq %rsi, %r11
	movl %ebx, %eax
	leaq 64(%rdi), %rsi
	movl $64, %edx
	movl $1, %edi
	testl %ebp, %ebp
	jnz 1f
	movq %rsi, %rdi
	movl $64, %esi
	xorl %edx, %edx
1:	call *%r11
	movl $USER_DATA, %edi
	done

	arrive host_call
	movq %rsi, %rcx
	stub_at %rcx
	movq 128(%rdi), %rax
	movq 152(%rdi), %rdx
	testq %rsi, %rsi
	movq 144(%rdi), %rsi
	movq 136(%rdi), %rdi
	jz 1f
	call *%rcx
1:	syscall
	movl $USER_DATA, %edi
	done

	arrive forge_channel
	movq %rdi, %rbx
	movabsq $STUB_CHANNEL, %rdi
	movl %esi, %eax
	movl $STUB_CHANNEL_SIZE / 4, %ecx
	cld
	rep stosl
	movq %rbx, %rdi
	int3
	done

	.section .note.GNU-stack, "", @progbits
