/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raw_host.S - kernel code, not annotated, that makes system calls of a Linux host below it: an
 * open of the root folder, by the 32-bit and by the 64-bit door.
 *
 * Invariant: returns what the host answered, a descriptor or an error number.
 */
#define OPENAT_32 295
#define OPENAT_64 257
#define AT_FDCWD  -100

	.text
	.globl raw_host_call32, raw_host_call64
raw_host_call32:
	pushq %rbx
	movl $OPENAT_32, %eax
	movl $AT_FDCWD, %ebx
	leaq root_folder(%rip), %rcx
	xorl %edx, %edx
	xorl %esi, %esi
	int $0x80
	popq %rbx
	ret

raw_host_call64:
	movl $OPENAT_64, %eax
	movq $AT_FDCWD, %rdi
	leaq root_folder(%rip), %rsi
	xorl %edx, %edx
	xorl %r10d, %r10d
	syscall
	ret

	.section .rodata
root_folder:
	.asciz "/"

	.section .note.GNU-stack, "", @progbits
