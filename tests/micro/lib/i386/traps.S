/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.S - every way into the kernel, all to trap_handle(struct regs *), and the ways out: back to
 * where it came from, into user code, and the long jump that abandons a handler.
 *
 * Invariant: what stands on the stack has the layout of struct regs (traps.h). The processor pushes
 * no stack pointer for a trap of kernel code; then a full frame is made below the short one.
 */
#include "layout.h"

/* Offsets from the vector on; behind the eleven words below it. */
#define FRAME_CS    12
#define REGS_IP	    (4 * 13)
#define REGS_CS	    (4 * 14)
#define REGS_FLAGS  (4 * 15)
#define REGS_SP	    (4 * 16)
#define REGS_SIZE   (4 * 18)
#define FRAME_SP    20

	.text
	.balign 16
	.globl trap_stubs
trap_stubs:
	.set vector, 0
	.rept 256
	.balign 16
	.if vector != 8 && vector != 17 && (vector < 10 || vector > 14)
	pushl $0
	.endif
	pushl $vector
	jmp trap_common
	.set vector, vector + 1
	.endr

trap_common:
	testb $3, FRAME_CS(%esp)
	jnz 1f
	pushl %ss
	pushl %esp
	addl $24, (%esp) /* where it was before the trap: above SS, vector, error, three words */
	.rept 5		 /* flags, CS, IP, error, vector */
	pushl 24(%esp)
	.endr
1:	pushl %ds
	pushl %es
	pushl %fs
	pushl %gs
	pushl %eax
	pushl %ecx
	pushl %edx
	pushl %ebx
	pushl %ebp
	pushl %esi
	pushl %edi
	cld
	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl $KERNEL_FS, %eax
	movl %eax, %fs
	movl %esp, %eax
	call trap_handle
trap_return:
	testb $3, REGS_CS(%esp)
	jnz 1f
	movl REGS_SP(%esp), %eax
	subl $12, %eax
	movl %eax, REGS_SP(%esp)
	movl REGS_IP(%esp), %edx
	movl REGS_CS(%esp), %ecx
	movl REGS_FLAGS(%esp), %ebx
	movl %edx, (%eax)
	movl %ecx, 4(%eax)
	movl %ebx, 8(%eax)
1:	popl %edi
	popl %esi
	popl %ebp
	popl %ebx
	popl %edx
	popl %ecx
	popl %eax
	popl %gs
	popl %fs
	popl %es
	popl %ds
	testb $3, FRAME_CS(%esp)
	jnz 1f
	movl FRAME_SP(%esp), %esp
	iret
1:	addl $8, %esp
	iret

/*
 * user_enter(const struct regs *, enum user_entry): comes back, through user_leave(), when user code
 * traps. There is one way in.
 */
	.globl user_enter
user_enter:
	pushl %ebx
	pushl %ebp
	pushl %esi
	pushl %edi
	movl %esp, user_return_esp
	subl $REGS_SIZE, %esp
	movl %eax, %esi
	movl %esp, %edi
	movl $REGS_SIZE / 4, %ecx
	rep movsl
	jmp trap_return

	.globl user_leave
user_leave:
	movl user_return_esp, %esp
	popl %edi
	popl %esi
	popl %ebp
	popl %ebx
	ret

/* int jump_set(struct jump *): 0 now, 1 when jump_to() comes back here. */
	.globl jump_set
jump_set:
	movl (%esp), %edx
	movl %edx, (%eax)
	leal 4(%esp), %edx
	movl %edx, 4(%eax)
	movl %ebx, 8(%eax)
	movl %ebp, 12(%eax)
	movl %esi, 16(%eax)
	movl %edi, 20(%eax)
	xorl %eax, %eax
	ret

	.globl jump_to
jump_to:
	movl %eax, %edx
	movl 4(%edx), %esp
	movl 8(%edx), %ebx
	movl 12(%edx), %ebp
	movl 16(%edx), %esi
	movl 20(%edx), %edi
	movl $1, %eax
	jmp *(%edx)

	.bss
	.balign 4
user_return_esp:
	.skip 4

	.section .note.GNU-stack, "", @progbits
