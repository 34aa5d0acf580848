/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.S - user programs that hold everything in vector registers while time goes by.
 *
 * Invariant: rax is 0 at the end if every register kept its value. rdi: 64 bytes to work with.
 */
	.macro each_sse what
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\what \n
	.endr
	.endm

	.macro fill n
	movq %rsi, %rax
	addq $\n, %rax
	movq %rax, %xmm\n
	punpcklqdq %xmm\n, %xmm\n
	.endm

	.macro compare n
	movdqu %xmm\n, (%rdi)
	movq %rsi, %rdx
	addq $\n, %rdx
	movq %rdx, %rbx
	xorq (%rdi), %rdx
	xorq 8(%rdi), %rbx
	orq %rdx, %rax
	orq %rbx, %rax
	.endm

	.text
	.globl user_sse, user_sse_start, user_sse_check, user_x87_state, user_avx, user_mxcsr
/* rsi: the pattern; rcx: how long to wait. */
user_sse:
	each_sse fill
1:	decq %rcx
	jnz 1b
	xorl %eax, %eax
	each_sse compare
	ud2

/* The same in two halves: the kernel may do anything between them. */
user_sse_start:
	each_sse fill
	ud2
user_sse_check:
	xorl %eax, %eax
	each_sse compare
	ud2

user_x87_state:
	fninit
	fldpi
	fld1
	fldl2e
1:	decq %rcx
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
	ud2
2:	movl $1, %eax
	ud2

user_mxcsr:
	movl $0x9fc0, (%rdi)
	ldmxcsr (%rdi)
1:	decq %rcx
	jnz 1b
	stmxcsr (%rdi)
	movl (%rdi), %eax
	xorl $0x9fc0, %eax
	ud2

user_avx:
	movq %rsi, %xmm7
	vpbroadcastq %xmm7, %ymm7
	vmovdqa %ymm7, %ymm15
1:	decq %rcx
	jnz 1b
	vmovdqu %ymm15, (%rdi)
	movq (%rdi), %rax
	xorq %rsi, %rax
	movq 24(%rdi), %rdx
	xorq %rsi, %rdx
	orq %rdx, %rax
	vzeroupper
	ud2

	.section .note.GNU-stack, "", @progbits
