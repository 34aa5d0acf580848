/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.S - one function for each kind of site that only x86-64 has (sites.c).
 *
 * Invariant: a function changes exactly what its instruction changes.
 */
#include "begin.inc"

	.text

	begin mov_from_cr0_r9
	movq %cr0, %r9
	ret

	begin mov_from_cr4_r15
	movq %cr4, %r15
	ret

	begin mov_to_cr0_r9
	movq %r9, %cr0
	ret

	begin mov_to_cr2_r11
	movq %r11, %cr2
	ret

	begin mov_to_cr4_r12
	movq %r12, %cr4
	ret

	begin mov_from_dr_r14
	movq %db0, %r14
	ret

	begin mov_to_dr_r14
	movq %r14, %db1
	ret

	begin push_pop_fs
	pushq %fs
	popq %fs
	ret

	begin swapgs_twice
	swapgs
	swapgs
	ret

	begin rdmsr
	rdmsr
	ret

	begin wrmsr
	wrmsr
	ret

	begin iretq
	movq %rsp, %rbp
	pushq $0x18
	pushq %rbp
	pushq %rbx
	pushq $0x10
	leaq 1f(%rip), %rbp
	pushq %rbp
	iretq
1:	ret

	begin lretq
	pushq $0x10
	leaq 1f(%rip), %rbp
	pushq %rbp
	lretq
1:	ret

	.section .note.GNU-stack, "", @progbits
