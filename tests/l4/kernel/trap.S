/*
 * Into the kernel and out of it. The processor's stack pointer of an entry from user code points behind
 * the current thread's frame, so that the frame is saved where it belongs.
 *
 * Invariant: FS and GS are neither saved nor loaded: they belong to whoever loaded them last, as on the
 * original.
 */
#include "layout.h"

#define FRAME_VECTOR 40
#define FRAME_CS     52

	.text
	/* 16 bytes for each vector; the processor pushes an error code for some. */
	.balign	16
	.globl	vectors
vectors:
	.set	n, 0
	.rept	256
	.balign	16
	.if	!(n == 8 || (n >= 10 && n <= 14) || n == 17)
	pushl	$0
	.endif
	pushl	$n
	jmp	enter
	.set	n, n + 1
	.endr

enter:
	pusha
	pushl	%ds
	pushl	%es
	cld
	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%esp, %eax
	testl	$3, FRAME_CS(%esp)
	jz	1f
	movl	$kernel_stack_end, %esp
	pushl	%eax
	call	trap_from_user
1:	pushl	%eax
	call	trap_from_kernel
	addl	$4, %esp
	popl	%es
	popl	%ds
	popa
	addl	$8, %esp
	iret

	.globl	leave_kernel
leave_kernel:
	movl	4(%esp), %esp
	popl	%es
	popl	%ds
	popa
	addl	$8, %esp
	iret

	/* The only use of GS: a fault here is what the machine does not survive. */
	.globl	write_utcb_pointer
write_utcb_pointer:
	movl	4(%esp), %eax
	movl	%eax, %gs:0
	ret

	.globl	wait_for_interrupt
wait_for_interrupt:
	sti
	hlt
	cli
	ret
	.section .note.GNU-stack, "", @progbits
