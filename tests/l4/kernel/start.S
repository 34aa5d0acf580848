/*
 * The kernel's first instructions: paging on, then C.
 *
 * In: EAX the loader's magic number, EBX the physical address of struct boot; 32-bit code, no paging.
 *
 * Invariant: the first 4 MiB are mapped at their physical address only until the jump.
 */
#include "layout.h"

	.section .text.start, "ax"
	.globl	kernel_entry
kernel_entry:
	cli
	cld
	movl	$(boot_directory - KERNEL_BASE), %edi
	/* 4 MiB pages: present, writable, of that size */
	movl	$0x83, (%edi)
	movl	$0x83, %eax
	movl	$(KERNEL_BASE >> 22), %ecx
1:	movl	%eax, (%edi,%ecx,4)
	addl	$0x400000, %eax
	incl	%ecx
	cmpl	$(DIRECT_END >> 22), %ecx
	jb	1b
	movl	%cr4, %eax
	orl	$0x210, %eax	/* PSE, OSFXSR */
	movl	%eax, %cr4
	movl	%edi, %cr3
	movl	%cr0, %eax
	andl	$0xffffffd1, %eax	/* no NE, TS, EM, MP */
	orl	$0x80010011, %eax	/* PG, WP, ET, PE: user code sees what the original has */
	movl	%eax, %cr0
	movl	$1f, %eax
	jmp	*%eax
1:	movl	$boot_directory, %edi
	movl	$0, (%edi)
	movl	%cr3, %eax
	movl	%eax, %cr3
	movl	$kernel_stack_end, %esp
	pushl	%ebx
	call	kernel_main
1:	hlt
	jmp	1b

	.bss
	.balign	4096
	.globl	boot_directory, kernel_stack_end
boot_directory:
	.skip	4096
	.skip	16384
kernel_stack_end:
	.section .note.GNU-stack, "", @progbits
