/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raw_host.S - kernel code, not annotated, that makes system calls of a Linux host below it: an
 * open of the root folder, by the 32-bit and by the 64-bit door.
 *
 * Invariant: returns what the host answered, a descriptor or an error number.
 */
#define OPENAT_32   295
#define OPENAT_64   257
#define AT_FDCWD    -100
#define HOST_CODE64 0x33

	.text
	.globl raw_host_call32, raw_host_call64
raw_host_call32:
	pushl %ebx
	pushl %esi
	movl $OPENAT_32, %eax
	movl $AT_FDCWD, %ebx
	movl $root_folder, %ecx
	xorl %edx, %edx
	xorl %esi, %esi
	int $0x80
	popl %esi
	popl %ebx
	ret

raw_host_call64:
	pushl %ebx
	pushl %esi
	pushl %edi
	movl %cs, %ebx
	.byte 0xea /* ljmp */
	.long 1f
	.word HOST_CODE64
	.code64
1:	movl $OPENAT_64, %eax
	movq $AT_FDCWD, %rdi
	movl $root_folder, %esi
	xorl %edx, %edx
	xorl %r10d, %r10d
	syscall
	movl %ebx, -4(%rsp)
	movl $2f, -8(%rsp)
	ljmpl *-8(%rsp)
	.code32
2:	popl %edi
	popl %esi
	popl %ebx
	ret

	.section .rodata
root_folder:
	.asciz "/"

	.section .note.GNU-stack, "", @progbits
