/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.S - one function for each kind of site: the instruction and a return (sites.c).
 *
 * Invariant: a function changes exactly what its instruction changes.
 */
#include "begin.inc"

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
	pushf
	lea WORD(%REG_SP), %REG_SP
	ret

	begin popf
	push %REG_BX
	popf
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
	mov %cr0, %REG_CX
	ret

	begin mov_from_cr2
	mov %cr2, %REG_AX
	ret

	begin mov_from_cr3
	mov %cr3, %REG_BP
	ret

	begin mov_from_cr4
	mov %cr4, %REG_DI
	ret

	begin mov_to_cr0
	mov %REG_CX, %cr0
	ret

	begin mov_to_cr2
	mov %REG_SI, %cr2
	ret

	begin mov_to_cr3
	mov %REG_AX, %cr3
	ret

	begin mov_to_cr4
	mov %REG_BX, %cr4
	ret

	begin mov_from_dr
	mov %db0, %REG_BP
	ret

	begin mov_to_dr
	mov %REG_BP, %db1
	ret

	begin clts
	clts
	ret

	begin smsw
	smsw %eax
	ret

	begin lgdt
	lgdt (%REG_SI)
	ret

	begin sgdt
	sgdt 16(%REG_SI)
	ret

	begin lidt
	lidt (%REG_SI)
	ret

	begin sidt
	sidt 16(%REG_SI)
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

	begin mov_from_ds
	movl %ds, %ebx
	ret

	begin invlpg
	invlpg (%REG_SI)
	ret

	begin wbinvd
	wbinvd
	ret

	begin cpuid
	cpuid
	ret

	begin int
	int $0x77
	ret

	.section .note.GNU-stack, "", @progbits
