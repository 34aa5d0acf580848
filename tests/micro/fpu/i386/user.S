/* SPDX-License-Identifier: BSD-2-Clause */
#include "width.h"

/*
 * user.S - user programs that hold everything in vector registers while time goes by.
 *
 * Invariant: eax is 0 at the end if every register kept its value. edi: 64 bytes to work with.
 */
	.macro each_sse what
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7
	\what \n
	.endr
	.endm

	.macro fill n
	leal \n(%esi), %eax
	movd %eax, %xmm\n
	pshufd $0, %xmm\n, %xmm\n
	.endm

	.macro compare n
	movdqu %xmm\n, (%edi)
	leal \n(%esi), %edx
	movl %edx, %ebx
	xorl (%edi), %edx
	xorl 12(%edi), %ebx
	orl %edx, %eax
	orl %ebx, %eax
	.endm

	.text
	.globl user_sse, user_sse_start, user_sse_check, user_x87_state, user_avx, user_mxcsr
/* esi: the pattern; ecx: how long to wait. */
user_sse:
	each_sse fill
1:	decl %ecx
	jnz 1b
	xorl %eax, %eax
	each_sse compare
	USER_END

/* The same in two halves: the kernel may do anything between them. */
user_sse_start:
	each_sse fill
	USER_END
user_sse_check:
	xorl %eax, %eax
	each_sse compare
	USER_END

user_x87_state:
	fninit
	fldpi
	fld1
	fldl2e
1:	decl %ecx
	jnz 1b
	fldl2e
	fucomip %st(1), %st
	jne 2f
	fstp %st(0)
	fld1
	fucomip %st(1), %st
	jne 2f
	fstp %st(0)
	fldpi
	fucomip %st(1), %st
	jne 2f
	fstp %st(0)
	xorl %eax, %eax
	USER_END
2:	movl $1, %eax
	USER_END

user_mxcsr:
	movl $0x9fc0, (%edi)
	ldmxcsr (%edi)
1:	decl %ecx
	jnz 1b
	stmxcsr (%edi)
	movl (%edi), %eax
	xorl $0x9fc0, %eax
	USER_END

user_avx:
	movd %esi, %xmm5
	vpbroadcastd %xmm5, %ymm5
	vmovdqa %ymm5, %ymm7
1:	decl %ecx
	jnz 1b
	vmovdqu %ymm7, (%edi)
	movl (%edi), %eax
	xorl %esi, %eax
	movl 28(%edi), %edx
	xorl %esi, %edx
	orl %edx, %eax
	vzeroupper
	USER_END

	.section .note.GNU-stack, "", @progbits
