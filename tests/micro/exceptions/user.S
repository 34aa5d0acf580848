/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.S - user programs that cause exceptions.
 *
 * Invariant: each exported label stands at the instruction that the check names.
 */
#include "width.h"

	.text
	.globl user_undefined, user_divide, user_int3, user_int3_end, user_int80, user_int80_end, user_int_dpl0
	.globl user_steps, user_steps_end, user_watch, user_watch_end
	.globl user_int8, user_int13, user_int14, user_x87, user_cli, user_hlt, user_bad_segment
user_undefined:
	ud2

user_divide:
	xorl %edx, %edx
	xorl %ecx, %ecx
	divl %ecx
	USER_END

user_int3:
	int3
user_int3_end:
	USER_END

user_int80:
	int $0x80
user_int80_end:
	USER_END

user_int8:
	int $8
	USER_END
user_int13:
	int $13
	USER_END
user_int14:
	int $14
	USER_END

user_int_dpl0:
	int $0x77
	USER_END

user_steps:
	nop
	lea 1(%REG_AX), %REG_AX
	nop
user_steps_end:
	USER_END

user_watch:
	mov %REG_AX, (%REG_DI)
user_watch_end:
	USER_END

user_x87:
	fninit
	fnstcw (%REG_DI)
	andw $0xfffb, (%REG_DI)
	fldcw (%REG_DI)
	fld1
	fldz
	fdivrp
	fwait
	USER_END

user_cli:
	cli
	USER_END

user_hlt:
	hlt
	USER_END

user_bad_segment:
	movl %eax, %ds
	USER_END

	.section .note.GNU-stack, "", @progbits
