/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.S - one function for each kind of site: the instruction and a return (sites.c).
 *
 * Invariant: a function changes exactly what its instruction changes.
 */
	.macro begin name
	.globl site_\name
site_\name:
	.endm

	.text

	begin cli
	cli
	ret

	begin sti
	sti
	ret

	begin sti_cli
	sti
	nop
	cli
	ret

	begin pushf
	pushfq
	leaq 8(%rsp), %rsp
	ret

	begin popf
	pushq %rbx
	popfq
	ret

	begin in_imm
	inb $0x80, %al
	ret

	begin in_dx
	inb %dx, %al
	ret

	begin inw_dx
	inw %dx, %ax
	ret

	begin inl_dx
	inl %dx, %eax
	ret

	begin out_imm
	outb %al, $0x80
	ret

	begin out_dx
	outb %al, %dx
	ret

	begin outl_dx
	outl %eax, %dx
	ret

	begin insb
	insb
	ret

	begin rep_insb
	rep insb
	ret

	begin rep_outsw
	rep outsw
	ret

	begin mov_from_cr0
	movq %cr0, %r9
	ret

	begin mov_from_cr2
	movq %cr2, %rax
	ret

	begin mov_from_cr3
	movq %cr3, %rbp
	ret

	begin mov_from_cr4
	movq %cr4, %r15
	ret

	begin mov_to_cr0
	movq %r9, %cr0
	ret

	begin mov_to_cr2
	movq %r11, %cr2
	ret

	begin mov_to_cr3
	movq %rax, %cr3
	ret

	begin mov_to_cr4
	movq %r12, %cr4
	ret

	begin mov_from_dr
	movq %db0, %r14
	ret

	begin mov_to_dr
	movq %r14, %db1
	ret

	begin clts
	clts
	ret

	begin smsw
	smsw %eax
	ret

	begin lgdt
	lgdt (%rsi)
	ret

	begin sgdt
	sgdt 16(%rsi)
	ret

	begin lidt
	lidt (%rsi)
	ret

	begin sidt
	sidt 16(%rsi)
	ret

	begin sldt
	sldt %ecx
	ret

	begin str
	str %edx
	ret

	begin verr
	verr %ax
	ret

	begin verw
	verw %ax
	ret

	begin lar
	lar %eax, %ebx
	ret

	begin lsl
	lsl %eax, %ecx
	ret

	begin mov_to_ds
	movl %eax, %ds
	ret

	begin mov_to_ss
	movl %eax, %ss
	ret

	begin mov_from_cs
	movl %cs, %ebx
	ret

	begin mov_from_ss
	movl %ss, %ebx
	ret

	begin push_pop_fs
	pushq %fs
	popq %fs
	ret

	begin mov_from_ds
	movl %ds, %ebx
	ret

	begin swapgs_twice
	swapgs
	swapgs
	ret

	begin invlpg
	invlpg (%rsi)
	ret

	begin wbinvd
	wbinvd
	ret

	begin rdmsr
	rdmsr
	ret

	begin wrmsr
	wrmsr
	ret

	begin cpuid
	cpuid
	ret

	begin int
	int $0x77
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
