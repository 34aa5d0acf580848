/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_long_mode.S - user programs that change to 64-bit code by a selector that a 64-bit host has
 * for its programs. Each then tries one thing.
 *
 * Invariant: edi (a user page) gets STARTED before the jump, ARRIVED once 64-bit code runs, and
 * DONE, with what was found behind it, when the thing has worked.
 */
#include "layout.h"
#include "long_mode.h"

	.macro long_mode name
	.globl \name
\name:
	movl $STARTED, (%edi)
	.byte 0xea /* ljmp */
	.long 1f
	.word HOST_CODE64
	.code64
1:	movl $ARRIVED, (%rdi)
	.endm

	.macro done
	movq %rax, 8(%rdi)
	movl $DONE, (%rdi)
	ud2
	.code32
	.endm

	.text
/* esi: an address of the kernel. */
	long_mode long_read
	movl %esi, %esi
	movq (%rsi), %rax
	done

	long_mode long_write
	movl %esi, %esi
	movq $-1, (%rsi)
	done

	long_mode long_execute
	movl %esi, %esi
	call *%rsi
	done

/* esi: bits 16 to 47 of an address beyond 4 GiB. */
	long_mode long_read_high
	movl %esi, %esi
	shlq $16, %rsi
	movq (%rsi), %rax
	done

/* esi: the number of a system call; its arguments: (1, page, 8). */
	long_mode long_syscall
	movl %esi, %eax
	movl %edi, %esi
	movq %rdi, %r8
	movl $1, %edi
	movl $8, %edx
	syscall
	movq %r8, %rdi
	done

	long_mode long_int80
	movl %esi, %eax
	movl $1, %ebx
	movl %edi, %ecx
	movl $8, %edx
	int $0x80
	done

/* The registers that only 64-bit code has: did the wedge leave anything in them? */
	long_mode long_registers
	movq %r8, %rax
	orq %r9, %rax
	orq %r10, %rax
	orq %r11, %rax
	orq %r12, %rax
	orq %r13, %rax
	orq %r14, %rax
	orq %r15, %rax
	done

	long_mode long_stack
	movq %rsp, %rax
	shrq $32, %rax
	done

/* Into the stub, at byte esi of it, with registers that look like a plan. */
	long_mode user_enter_stub
	movl %esi, %esi
	movabsq $STUB, %rax
	addq %rax, %rsi
	movabsq $STUB_CHANNEL, %rbx
	movq %rbx, %rcx
	movq %rdi, %rbp
	call *%rsi
	done

/* 8 bytes of the stub, at byte esi of it. */
	long_mode user_read_stub
	movl %esi, %esi
	movabsq $STUB, %rax
	movq (%rax,%rsi), %rax
	done

/*
 * To byte esi of the stub, as if a system call was to be made there: number ebx, with 64 bytes of
 * the page to be filled as first argument (ebp 0) or second.
 */
	long_mode user_call_in_stub
	movl %esi, %esi
	movabsq $STUB, %rax
	leaq (%rax,%rsi), %r11
	movl %ebx, %eax
	leaq 64(%rdi), %rsi
	movl $64, %edx
	movl $1, %edi
	testl %ebp, %ebp
	jnz 2f
	movq %rsi, %rdi
	movl $64, %esi
	xorl %edx, %edx
2:	call *%r11
	movl $USER_DATA, %edi
	done

/*
 * Any system call of the host: number and three arguments are 8 bytes each at byte 128 of the page;
 * made at byte esi of the stub, or, if that is 0, here.
 */
	long_mode user_host_call
	movl %esi, %ecx
	movabsq $STUB, %r11
	addq %rcx, %r11
	movq 128(%rdi), %rax
	movq 144(%rdi), %rsi
	movq 152(%rdi), %rdx
	movq 136(%rdi), %rdi
	testl %ecx, %ecx
	jz 2f
	call *%r11
2:	syscall
	movl $USER_DATA, %edi
	done

/* Writes esi all over the channel; then leaves by an exception of 32-bit code. */
	long_mode user_forge_channel
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
