/* SPDX-License-Identifier: BSD-2-Clause */
#include "width.h"

/*
 * user_more.S - user programs that cause exceptions of 32-bit code.
 *
 * Invariant: each exported label stands at the instruction that the check names.
 */
	.text
	.globl user_into, user_into_end, user_bound, user_int3_long, user_int4, user_limit
	.globl user_null_gs, user_misaligned
user_into:
	into
user_into_end:
	USER_END

/* 0 is not between 1 and 2, which are at edi. */
user_bound:
	bound %eax, (%edi)
	USER_END

user_int3_long:
	.byte 0xcd, 3
	USER_END

user_int4:
	int $4
	USER_END

	.balign 8
user_limit:
	movl %gs:252, %eax
	.balign 8, 0x90
	movl %gs:253, %eax
	USER_END

user_null_gs:
	xorl %eax, %eax
	movl %eax, %gs
	movl %gs:(%eax), %eax
	USER_END

user_misaligned:
	movl 1(%edi), %eax
	USER_END

	.globl user_int_probe, user_int_probe_end, user_read_data_selectors
user_int_probe:
	int $0x70
user_int_probe_end:
	USER_END

/* eax, ebx, ecx, edx: DS, ES, FS, GS. */
user_read_data_selectors:
	movl %ds, %eax
	movl %es, %ebx
	movl %fs, %ecx
	movl %gs, %edx
	USER_END

	.globl user_sets_tf, user_sets_tf_end, user_tf_call, user_tf_call_end
	.globl user_icebp, user_icebp_end
user_sets_tf:
	pushfl
	orl $0x100, (%esp)
	popfl
	nop
user_sets_tf_end:
	USER_END

user_tf_call:
	nop
	int $0x80
	nop
user_tf_call_end:
	USER_END

user_icebp:
	.byte 0xf1
user_icebp_end:
	USER_END

	.section .note.GNU-stack, "", @progbits
