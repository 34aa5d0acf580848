/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.S - one function for each kind of site that only i386 has (sites.c).
 *
 * Invariant: a function changes exactly what its instruction changes.
 */
#include "begin.inc"

	.text

	begin iret
	pushl %ebx
	pushl $KERNEL_CS
	pushl $1f
	iret
1:	ret

	begin lret
	pushl $KERNEL_CS
	pushl $1f
	lret
1:	ret

	begin ljmp
	ljmp $KERNEL_CS, $1f
1:	ret

	begin lcall
	lcall $KERNEL_CS, $1f
	ret
1:	lret

	begin push_cs
	pushl %cs
	popl %ebx
	ret

	begin push_pop_ss
	pushl %ss
	popl %ss
	ret

	begin lss
	movl %esp, (%esi)
	movl $KERNEL_DS, 4(%esi)
	lss (%esi), %esp
	ret

	begin lldt
	lldt %ax
	ret

	begin push_pop_ds
	pushl %ds
	popl %ds
	ret

	begin push_pop_es
	pushl %es
	popl %es
	ret

	begin push_pop_fs
	pushl %fs
	popl %fs
	ret

	begin push_pop_gs
	pushl %gs
	popl %gs
	ret

	begin mov_to_es
	movl %eax, %es
	ret

	begin mov_to_fs
	movl %eax, %fs
	ret

	begin mov_to_gs
	movl %eax, %gs
	ret

	begin mov_from_es
	movl %es, %ebx
	ret

	begin mov_from_fs
	movl %fs, %ebx
	ret

	begin mov_from_gs
	movl %gs, %ebx
	ret

	begin lds
	lds (%esi), %edi
	ret

	begin les
	les (%esi), %edi
	ret

	begin lfs
	lfs (%esi), %edi
	ret

	begin lgs
	lgs (%esi), %edi
	ret

	.section .note.GNU-stack, "", @progbits
