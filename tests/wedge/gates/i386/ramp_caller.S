/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramp_caller.S - runs a rewritten site of a 32-bit kernel as 32-bit code, with every register and
 * flag chosen, up to where its gate leaves 32-bit code.
 *
 * Invariant: nothing between loading and the site changes a register or a flag. All of it lies below
 * 4 GiB.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>

#define GPR(n) 4 * (n)
#define FLAGS 32
#define CODE 36

#define CS32 0x23
#define DS32 0x2b

	.text

/* void run_site(struct run *run) */
	.globl run_site
run_site:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movl %edi, current
	movq %rsp, own_stack
	pushq $CS32
	pushq $in32
	lretq

	.code32
in32:
	movl $DS32, %eax
	movl %eax, %ds
	movl %eax, %es
	movl current, %edi
	movl CODE(%edi), %eax
	movl %eax, site
	movl $flags_end, %esp
	pushl FLAGS(%edi)
	popfl
	movl GPR(0)(%edi), %eax
	movl GPR(1)(%edi), %ecx
	movl GPR(2)(%edi), %edx
	movl GPR(3)(%edi), %ebx
	movl GPR(4)(%edi), %esp
	movl GPR(5)(%edi), %ebp
	movl GPR(6)(%edi), %esi
	movl GPR(7)(%edi), %edi
	jmp *site

/* The run ends. The stack is aligned for the call. */
	.code64
	.globl linux_ramp
linux_ramp:
	movq own_stack, %rsp
	pushq $X86_FLAGS_FIXED
	popfq
	subq $8, %rsp
	movl $WEDGE_VCPU_BASE, %edi
	call core_ramp
	addq $8, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret

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

	.section .note.GNU-stack, "", @progbits
