/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.S - one function for each kind of site: the instruction and the way back (sites.c).
 *
 * Invariant: a function changes exactly what its instruction changes.
 */
#include "begin.inc"

	.text

	begin cli
	cli
	back

	begin sti
	sti
	back

	begin sti_cli
	sti
	nop
	cli
	back

	begin pushf
	pushf
	lea WORD(%REG_SP), %REG_SP
	back

	begin popf
	push %REG_BX
	popf
	back

	begin in_imm
	inb $0x80, %al
	back

	begin in_dx
	inb %dx, %al
	back

	begin inw_dx
	inw %dx, %ax
	back

	begin inl_dx
	inl %dx, %eax
	back

	begin out_imm
	outb %al, $0x80
	back

	begin out_dx
	outb %al, %dx
	back

	begin outl_dx
	outl %eax, %dx
	back

	begin insb
	insb
	back

	begin rep_insb
	rep insb
	back

	begin rep_outsw
	rep outsw
	back

	begin mov_from_cr0
	mov %cr0, %REG_CX
	back

	begin mov_from_cr2
	mov %cr2, %REG_AX
	back

	begin mov_from_cr3
	mov %cr3, %REG_BP
	back

	begin mov_from_cr4
	mov %cr4, %REG_DI
	back

	begin mov_to_cr0
	mov %REG_CX, %cr0
	back

	begin mov_to_cr2
	mov %REG_SI, %cr2
	back

	begin mov_to_cr3
	mov %REG_AX, %cr3
	back

	begin mov_to_cr4
	mov %REG_BX, %cr4
	back

	begin mov_from_dr
	mov %db0, %REG_BP
	back

	begin mov_to_dr
	mov %REG_BP, %db1
	back

	begin cr3_by_sp
	mov %cr3, %REG_SP
	lea 0x1000(%REG_SP), %REG_SP
	lea -0x1000(%REG_SP), %REG_SP
	mov %REG_SP, %cr3
	back

	begin clts
	clts
	back

	begin smsw
	smsw %eax
	back

	begin lgdt
	lgdt (%REG_SI)
	back

	begin sgdt
	sgdt 16(%REG_SI)
	back

	begin lidt
	lidt (%REG_SI)
	back

	begin sidt
	sidt 16(%REG_SI)
	back

	begin sldt
	sldt %ecx
	back

	begin str
	str %edx
	back

	begin verr
	verr %ax
	back

	begin verw
	verw %ax
	back

	begin lar
	lar %eax, %ebx
	back

	begin lsl
	lsl %eax, %ecx
	back

	begin mov_to_ds
	movl %eax, %ds
	back

	begin mov_to_ss
	movl %eax, %ss
	back

	begin mov_from_cs
	movl %cs, %ebx
	back

	begin mov_from_ss
	movl %ss, %ebx
	back

	begin mov_from_ds
	movl %ds, %ebx
	back

	begin invlpg
	invlpg (%REG_SI)
	back

	begin wbinvd
	wbinvd
	back

	begin cpuid
	cpuid
	back

	begin int
	int $0x77
	back

	.section .note.GNU-stack, "", @progbits
