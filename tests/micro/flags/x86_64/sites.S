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
	back

	begin mov_from_cr4_r15
	movq %cr4, %r15
	back

	begin mov_to_cr0_r9
	movq %r9, %cr0
	back

	begin mov_to_cr2_r11
	movq %r11, %cr2
	back

	begin mov_to_cr4_r12
	movq %r12, %cr4
	back

	begin mov_from_dr_r14
	movq %db0, %r14
	back

	begin mov_to_dr_r14
	movq %r14, %db1
	back

	begin push_pop_fs
	pushq %fs
	popq %fs
	back

	begin swapgs_twice
	swapgs
	swapgs
	back

	begin rdmsr
	rdmsr
	back

	begin wrmsr
	wrmsr
	back

	begin iretq
	movq %rsp, %rbp
	pushq $0x18
	pushq %rbp
	pushq %rbx
	pushq $0x10
	leaq 1f(%rip), %rbp
	pushq %rbp
	iretq
1:	back

	begin lretq
	pushq $0x10
	leaq 1f(%rip), %rbp
	pushq %rbp
	lretq
1:	back

	.section .note.GNU-stack, "", @progbits
