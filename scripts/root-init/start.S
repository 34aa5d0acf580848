/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.S - the first instructions of the program, with a stack as the C compiler expects it.
 *
 * Invariant: init() does not return.
 */
	.globl	_start
_start:
#ifdef __x86_64__
	andq	$-16, %rsp
#else
	andl	$-16, %esp
#endif
	call	init
	.section .note.GNU-stack,"",@progbits
