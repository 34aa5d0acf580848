/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.S - user programs that try what user code must not do.
 *
 * Invariant: the forbidden instruction is the first one of each.
 */
	.macro try name
	.globl try_\name
try_\name:
	.endm

	.text
	try cli
	cli
	ud2
	try sti
	sti
	ud2
	try hlt
	hlt
	ud2
	try inb
	inb $0x80, %al
	ud2
	try outb
	outb %al, $0x80
	ud2
	try inl_dx
	inl %dx, %eax
	ud2
	try insb
	insb
	ud2
	try mov_from_cr0
	movq %cr0, %rax
	ud2
	try mov_to_cr3
	movq %rax, %cr3
	ud2
	try mov_to_cr4
	movq %rax, %cr4
	ud2
	try mov_from_dr
	movq %db7, %rax
	ud2
	try clts
	clts
	ud2
	try lgdt
	lgdt (%rdi)
	ud2
	try lidt
	lidt (%rdi)
	ud2
	try ltr
	ltr %ax
	ud2
	try rdmsr
	rdmsr
	ud2
	try wrmsr
	wrmsr
	ud2
	try invlpg
	invlpg (%rdi)
	ud2
	try wbinvd
	wbinvd
	ud2
	try swapgs
	swapgs
	ud2
	try sysret
	sysretq
	try iret_to_kernel
	pushq $0x18
	pushq %rsp
	pushq $2
	pushq $0x10
	pushq $0
	iretq
	try lret_to_kernel
	pushq $0x10
	pushq $0
	lretq
	try iret_to_xen
	pushq $0xe02b
	pushq %rsp
	pushq $0x202
	pushq $0xe030
	pushq %rdi
	iretq
	try xsetbv
	xsetbv
	ud2

	.globl user_popf, user_int82, user_syscall_number, user_in_serial, user_pushf
/* rax: the flags to be tried. */
user_popf:
	pushq %rax
	popfq
	pushfq
	popq %rax
	ud2

user_int82:
	int $0x82
	ud2

user_in_serial:
	movw $0x3fb, %dx
	inb %dx, %al
	ud2

	.section .note.GNU-stack, "", @progbits
