/*
 * void x2_call(word entry, struct registers *r): a call of the kernel with all seven registers in
 * and out, and the start of a program, which has no stack.
 *
 * Invariant: the layout is that of struct registers in x2.h.
 */
	.text
	.globl	x2_call
x2_call:
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	24(%esp), %ebp
	pushl	20(%esp)
	movl	(%ebp), %eax
	movl	4(%ebp), %ecx
	movl	8(%ebp), %edx
	movl	12(%ebp), %ebx
	movl	16(%ebp), %esi
	movl	20(%ebp), %edi
	movl	24(%ebp), %ebp
	call	*(%esp)
	movl	%ebp, (%esp)
	movl	28(%esp), %ebp
	movl	%eax, (%ebp)
	movl	%ecx, 4(%ebp)
	movl	%edx, 8(%ebp)
	movl	%ebx, 12(%ebp)
	movl	%esi, 16(%ebp)
	movl	%edi, 20(%ebp)
	popl	24(%ebp)
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret

	.globl	_start
_start:
	movl	$stack_end, %esp
	cld
	call	program
	ud2

	.bss
	.balign	16
	.skip	16384
stack_end:

	.section .note.GNU-stack, "", @progbits
