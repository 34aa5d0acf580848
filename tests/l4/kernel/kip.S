/*
 * The kernel interface page: the parts that never change, and the calls' entries, which user code runs
 * in its own copy of the page. X.2 manual, section 1.1.
 *
 * A call other than Ipc and Lipc is recognised by the address of its `int`; these two hand the
 * caller's address over in EBX.
 *
 * Invariant: the page is one page, and nothing in it depends on its address.
 */
#include "layout.h"

	.section .kip, "ax"
	.balign	4096
	.globl	kip_page
kip_page:
	.byte	'L', '4', 230, 'K'
	.long	0x84050000, 0		/* version X.2, flags: 32 bit, little-endian */
	.long	descriptor - kip_page
	.org	0x54
	.long	0x1c0 << 16		/* memory descriptors; kip.c counts them */
	.org	0xa8
	.long	0x000c2401		/* UTCB: 512 bytes, aligned so, areas from 4 KiB */
	.long	12			/* this page */
	.org	0xbc
	.long	processor - kip_page
	.org	0xc4
	.long	0x03001011		/* user threads from 48, system ones from 16, 17 bits */
	.long	0x00401006		/* pages of 4 KiB and 4 MiB; rights to read and write */
	.long	4 << 28			/* one processor, descriptors of 16 bytes */
	.long	space_control - kip_page, thread_control - kip_page
	.long	processor_control - kip_page, memory_control - kip_page
	.long	ipc_entry - kip_page, ipc_entry - kip_page, unmap_entry - kip_page
	.long	exchange_registers - kip_page, system_clock - kip_page
	.long	thread_switch - kip_page, schedule - kip_page
	.org	0x110
processor:
	.globl	kip_frequency
	.long	0
kip_frequency:
	.long	0, 0, 0
descriptor:
	.long	0x04020000		/* the original's kernel id */
	.long	0, 0
	.ascii	"test"
	.asciz	"X.2 test kernel, for Afterburner's tests only"
	.asciz	"pagerexregs"
	.asciz	"ioflexpages"
	.byte	0
	.org	0x1c0
	.globl	kip_memory
kip_memory:
	.skip	8 * 64

	.org	0x800
ipc_entry:
	popl	%ebx
	int	$VECTOR_IPC

	/* The call's number is the index of its entry from SpaceControl on. */
	.macro	call_entry name
	.balign	16
\name:
	int	$VECTOR_CALL
	ret
	.endm

	.org	0x840
	.globl	kip_calls
	.set	kip_calls, . - kip_page
	call_entry space_control
	call_entry thread_control
	call_entry processor_control
	call_entry memory_control
	call_entry unmap_entry
	call_entry exchange_registers
	call_entry thread_switch
	call_entry schedule

	/* Microseconds: the time stamp counter by the frequency. The quotient takes two divisions. */
	.balign	16
system_clock:
	call	1f
1:	popl	%ecx
	movl	kip_frequency - 1b(%ecx), %eax
	xorl	%edx, %edx
	movl	$1000, %ecx
	divl	%ecx
	movl	%eax, %ecx
	rdtsc
	movl	%eax, %esi
	movl	%edx, %eax
	xorl	%edx, %edx
	divl	%ecx
	movl	%eax, %edi
	movl	%esi, %eax
	divl	%ecx
	movl	%edi, %edx
	ret
	.balign	4096
	.section .note.GNU-stack, "", @progbits
