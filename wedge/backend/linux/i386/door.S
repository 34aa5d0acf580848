/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.S - the door of 32-bit programs: its page, and the part of the stub behind it (channel.h).
 *
 * Invariant: as stub.S: the code may be entered from anywhere, with any registers. What it does before
 * it is stopped concerns the process's own channel alone.
 */
#include <wedge/x86.h>
#include "../door_asm.h"

	.section .stub.text, "ax"

/*
 * A system call without a signal. The guest's stack holds the guest's code segment and the return
 * address, where its code goes on. 32-bit code does not use r8 to r15, and gets none of the stub's
 * values in them.
 */
	.globl stub_door
stub_door:
	movabs $USER_CHANNEL, %r15
	movabs $USER_ORDERS, %r14
	movq %rax, CHANNEL_CALL(%r15)
	movq %rcx, CHANNEL_CALL + 8(%r15)
	movq %rdx, CHANNEL_CALL + 16(%r15)
	movq %rbx, CHANNEL_CALL + 24(%r15)
	movq %rbp, CHANNEL_CALL + 40(%r15)
	movq %rsi, CHANNEL_CALL + 48(%r15)
	movq %rdi, CHANNEL_CALL + 56(%r15)
	movl 4(%rsp), %eax
	movq %rax, CALL_RIP(%r15)
	movl (%rsp), %eax
	movq %rax, CALL_CS(%r15)
	movw %ss, CALL_SS(%r15)
	leaq 8(%rsp), %rax
	movq %rax, CHANNEL_CALL + 32(%r15)
	leaq CHANNEL_SCRATCH(%r15), %rsp
	pushfq
	popq CALL_FLAGS(%r15)
	pushq $X86_FLAGS_FIXED /* no DF for the stub, and no NT, with which iretq would fault */
	popfq
	door_save_selectors %r15
	door_rest %r15

	.globl stub_leave_by_door
stub_leave_by_door:
	movabs $USER_CHANNEL, %r15
	door_load_state %r15
	door_load_registers %r15
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	xorl %r10d, %r10d
	xorl %r11d, %r11d
	xorl %r12d, %r12d
	xorl %r13d, %r13d
	xorl %r14d, %r14d
	xorl %r15d, %r15d
	iretq

/* The door's page, copied to USER_DOOR: a pointer to the code behind it, which is 32-bit code. */
	.globl stub_door_page, stub_door_page_end
stub_door_page:
	.long USER_DOOR_CODE
	.fill 12, 1, 0xcc
	.code32
	pushl %cs
	ljmp $0x33, $(USER_DOOR + 1f - stub_door_page)
	.code64
1:	movabs $stub_door_copied, %r15
	jmp *%r15
stub_door_page_end:

	.section .note.GNU-stack, "", @progbits
