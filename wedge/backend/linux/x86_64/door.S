/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.S - the door of 64-bit programs: its page, and the part of the stub behind it (channel.h).
 *
 * A patched system call (door.c) jumps through one of the page's pointers, each of which leads to an
 * entry that knows its number. It leaves the stack alone, below which a program may keep data; rcx and
 * r11 are free, since `syscall` overwrites them.
 *
 * Invariant: as stub.S: the code may be entered from anywhere, with any registers. What it does before
 * it is stopped concerns the process's own channel alone.
 */
#include <wedge/x86.h>
#include "../door_asm.h"

	.section .stub.text, "ax"

/* A system call without a signal; ecx: the number of the site. */
	.globl stub_door
stub_door:
	movabs $USER_CHANNEL, %r11
	movq %rax, CHANNEL_CALL(%r11)
	movq %rdx, CHANNEL_CALL + 16(%r11)
	movq %rbx, CHANNEL_CALL + 24(%r11)
	movq %rsp, CHANNEL_CALL + 32(%r11)
	movq %rbp, CHANNEL_CALL + 40(%r11)
	movq %rsi, CHANNEL_CALL + 48(%r11)
	movq %rdi, CHANNEL_CALL + 56(%r11)
	movq %r8, CHANNEL_UPPER(%r11)
	movq %r9, CHANNEL_UPPER + 8(%r11)
	movq %r10, CHANNEL_UPPER + 16(%r11)
	movq %r12, CHANNEL_UPPER + 32(%r11)
	movq %r13, CHANNEL_UPPER + 40(%r11)
	movq %r14, CHANNEL_UPPER + 48(%r11)
	movq %r15, CHANNEL_UPPER + 56(%r11)
	movl %ecx, %ecx
	movq %rcx, CALL_RIP(%r11)
	movw %cs, CALL_CS(%r11)
	movw %ss, CALL_SS(%r11)
	leaq CHANNEL_SCRATCH(%r11), %rsp
	pushfq
	popq CALL_FLAGS(%r11)
	cld
	door_save_selectors %r11
	movabs $USER_ORDERS, %r14
	cmpq $USER_BASES_LOADED, ORDERS_BASES(%r14)
	jne 1f
	rdfsbase %rax
	movq %rax, CHANNEL_FS_BASE(%r11)
	rdgsbase %rax
	movq %rax, CHANNEL_GS_BASE(%r11)
1:	door_rest %r11

	.globl stub_leave_by_door
stub_leave_by_door:
	movabs $USER_CHANNEL, %r11
	door_load_state %r11
	pushq $X86_FLAGS_FIXED /* no NT, with which iretq would fault; it may load NT */
	popfq
	door_load_registers %r11
	movq CHANNEL_UPPER(%r11), %r8
	movq CHANNEL_UPPER + 8(%r11), %r9
	movq CHANNEL_UPPER + 16(%r11), %r10
	movq CHANNEL_UPPER + 32(%r11), %r12
	movq CHANNEL_UPPER + 40(%r11), %r13
	movq CHANNEL_UPPER + 48(%r11), %r14
	movq CHANNEL_UPPER + 56(%r11), %r15
	movq CHANNEL_UPPER + 24(%r11), %r11
	iretq

/* The door's page, copied to USER_DOOR: pointers to entries, then the entries, in the same order. */
	.globl stub_door_page, stub_door_page_end
	.balign USER_SITE_ENTRY
stub_door_page:
	.set site, 0
	.rept USER_SITES
	.quad USER_DOOR + USER_SITES * 8 + site * USER_SITE_ENTRY
	.set site, site + 1
	.endr
	.set site, 0
	.rept USER_SITES
	movl $site, %ecx
	jmp 1f
	.balign USER_SITE_ENTRY, 0xcc
	.set site, site + 1
	.endr
1:	movabs $stub_door_copied, %r11
	jmp *%r11
stub_door_page_end:

	.section .note.GNU-stack, "", @progbits
