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
	USER_END
	try sti
	sti
	USER_END
	try hlt
	hlt
	USER_END
	try inb
	inb $0x80, %al
	USER_END
	try outb
	outb %al, $0x80
	USER_END
	try inl_dx
	inl %dx, %eax
	USER_END
	try insb
	insb
	USER_END
	try mov_from_cr0
	mov %cr0, %REG_AX
	USER_END
	try mov_to_cr3
	mov %REG_AX, %cr3
	USER_END
	try mov_to_cr4
	mov %REG_AX, %cr4
	USER_END
	try mov_from_dr
	mov %db7, %REG_AX
	USER_END
	try clts
	clts
	USER_END
	try lgdt
	lgdt (%REG_DI)
	USER_END
	try lidt
	lidt (%REG_DI)
	USER_END
	try ltr
	ltr %ax
	USER_END
	try rdmsr
	rdmsr
	USER_END
	try wrmsr
	wrmsr
	USER_END
	try invlpg
	invlpg (%REG_DI)
	USER_END
	try wbinvd
	wbinvd
	USER_END
	try rdtsc
	rdtsc
	USER_END
	try lldt
	lldt %ax
	USER_END
	try lmsw
	lmsw %ax
	USER_END
	try mov_to_dr
	mov %REG_AX, %db7
	USER_END

	.globl user_popf, user_int82, user_in_serial
/* ax: the flags to be tried. */
user_popf:
	push %REG_AX
	popf
	pushf
	pop %REG_AX
	USER_END

user_int82:
	int $0x82
	USER_END

user_in_serial:
	movw $0x3fb, %dx
	inb %dx, %al
	USER_END

	.section .note.GNU-stack, "", @progbits
