/*
 * A Multiboot program: header, stack, C. Multiboot Specification 0.6.96, section 3.
 *
 * Invariant: EAX and EBX reach load() as the boot loader left them.
 */
	.section .multiboot, "a"
	.balign	4
	.long	0x1badb002, 0x00000003, -(0x1badb002 + 0x00000003)

	.text
	.globl	_start
_start:
	cli
	cld
	movl	$stack_end, %esp
	pushl	%ebx
	pushl	%eax
	call	load
	/* EAX: the kernel's entry; it takes the magic number in EAX and its data in EBX. */
	movl	%eax, %ecx
	movl	$kernel_data, %ebx
	movl	$0x4c345465, %eax
	jmp	*%ecx

	.bss
	.balign	16
	.skip	8192
stack_end:
	.section .note.GNU-stack, "", @progbits
