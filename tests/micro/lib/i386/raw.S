/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raw.S - run code with every register and flag chosen, and see all of them after (raw.h).
 *
 * Invariant: from popf to the jump, and from raw_back to pushf, nothing changes a flag.
 */
	.text
	.globl raw_call
raw_call:
	pushl %ebx
	pushl %ebp
	pushl %esi
	pushl %edi
	movl %eax, raw_code
	movl %edx, raw_at
	movl %esp, raw_sp
	movl %edx, %esi
	pushl 28(%esi)
	popfl
	movl 0(%esi), %eax
	movl 4(%esi), %ebx
	movl 8(%esi), %ecx
	movl 12(%esi), %edx
	movl 20(%esi), %edi
	movl 24(%esi), %ebp
	movl 32(%esi), %esp
	movl 16(%esi), %esi
	jmp *raw_code
	.globl raw_back
raw_back:
	movl %esi, raw_si
	movl raw_at, %esi
	movl %eax, 0(%esi)
	movl %ebx, 4(%esi)
	movl %ecx, 8(%esi)
	movl %edx, 12(%esi)
	movl raw_si, %eax
	movl %eax, 16(%esi)
	movl %edi, 20(%esi)
	movl %ebp, 24(%esi)
	movl %esp, %eax
	movl raw_sp, %esp
	pushfl
	popl 28(%esi)
	cld
	subl 32(%esi), %eax
	movl %eax, 32(%esi)
	popl %edi
	popl %esi
	popl %ebp
	popl %ebx
	ret

	.bss
	.balign 4
raw_code:
	.skip 4
raw_at:
	.skip 4
raw_sp:
	.skip 4
raw_si:
	.skip 4
	.skip 4096
	.globl raw_stack_top
raw_stack_top:

	.section .note.GNU-stack, "", @progbits
