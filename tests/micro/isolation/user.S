/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.S - user programs that try what user code must not do.
 *
 * Invariant: the forbidden instruction is the first one of each.
 */
#include "try.inc"

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
	mov %cr0, %REG_AX
	ud2
	try mov_to_cr3
	mov %REG_AX, %cr3
	ud2
	try mov_to_cr4
	mov %REG_AX, %cr4
	ud2
	try mov_from_dr
	mov %db7, %REG_AX
	ud2
	try clts
	clts
	ud2
	try lgdt
	lgdt (%REG_DI)
	ud2
	try lidt
	lidt (%REG_DI)
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
	invlpg (%REG_DI)
	ud2
	try wbinvd
	wbinvd
	ud2
	try rdtsc
	rdtsc
	ud2
	try lldt
	lldt %ax
	ud2
	try lmsw
	lmsw %ax
	ud2
	try mov_to_dr
	mov %REG_AX, %db7
	ud2

	.globl user_popf, user_int82, user_in_serial
/* ax: the flags to be tried. */
user_popf:
	push %REG_AX
	popf
	pushf
	pop %REG_AX
	ud2

user_int82:
	int $0x82
	ud2

user_in_serial:
	movw $0x3fb, %dx
	inb %dx, %al
	ud2

	.section .note.GNU-stack, "", @progbits
