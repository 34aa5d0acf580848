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
1:	back

	begin lret
	pushl $KERNEL_CS
	pushl $1f
	lret
1:	back

	begin ljmp
	ljmp $KERNEL_CS, $1f
1:	back

	begin lcall
	lcall $KERNEL_CS, $1f
	back
1:	lret

	begin push_cs
	pushl %cs
	popl %ebx
	back

	begin push_pop_ss
	pushl %ss
	popl %ss
	back

	begin lss
	movl %esp, (%esi)
	movl $KERNEL_DS, 4(%esi)
	lss (%esi), %esp
	back

	begin lldt
	lldt %ax
	back

	begin push_pop_ds
	pushl %ds
	popl %ds
	back

	begin push_pop_es
	pushl %es
	popl %es
	back

	begin push_pop_fs
	pushl %fs
	popl %fs
	back

	begin push_pop_gs
	pushl %gs
	popl %gs
	back

	begin mov_to_es
	movl %eax, %es
	back

	begin mov_to_fs
	movl %eax, %fs
	back

	begin mov_to_gs
	movl %eax, %gs
	back

	begin mov_from_es
	movl %es, %ebx
	back

	begin mov_from_fs
	movl %fs, %ebx
	back

	begin mov_from_gs
	movl %gs, %ebx
	back

	begin lds
	lds (%esi), %edi
	back

	begin les
	les (%esi), %edi
	back

	begin lfs
	lfs (%esi), %edi
	back

	begin lgs
	lgs (%esi), %edi
	back

	.section .note.GNU-stack, "", @progbits
