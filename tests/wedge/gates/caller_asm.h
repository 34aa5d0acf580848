/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * caller_asm.h - what all callers of sites do: keep the C code's registers, and load a 32-bit
 * guest's.
 *
 * Invariant: nothing between loading and the site changes a register or a flag.
 */
/* clang-format off */
#ifndef CALLER_ASM_H
#define CALLER_ASM_H

/* Offsets in struct run32, and in the 32-bit variant of struct run. */
#define GPR32(n) 4 * (n)
#define FLAGS32 32
#define CODE32 36

#define CS32 0x23
#define DS32 0x2b

.macro push_own_registers
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
.endm

.macro pop_own_registers
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
.endm

/* What enter_site_32 writes to, below 4 GiB: flags are pushed in front of `flags_end`. */
.macro words_of_run_32
	.bss
	.balign 8
own_stack:
	.skip 8
current:
	.skip 4
site:
	.skip 4
	.skip 64
flags_end:
.endm

/* From 64-bit code with the run in %rdi to its site, in 32-bit code. */
.macro enter_site_32 in32
	movl %edi, current
	movq %rsp, own_stack
	pushq $CS32
	pushq $\in32
	lretq

	.code32
\in32:
	movl $DS32, %eax
	movl %eax, %ds
	movl %eax, %es
	movl current, %edi
	movl CODE32(%edi), %eax
	movl %eax, site
	movl $flags_end, %esp
	pushl FLAGS32(%edi)
	popfl
	movl GPR32(0)(%edi), %eax
	movl GPR32(1)(%edi), %ecx
	movl GPR32(2)(%edi), %edx
	movl GPR32(3)(%edi), %ebx
	movl GPR32(4)(%edi), %esp
	movl GPR32(5)(%edi), %ebp
	movl GPR32(6)(%edi), %esi
	movl GPR32(7)(%edi), %edi
	jmp *site
.endm

#endif /* CALLER_ASM_H */
