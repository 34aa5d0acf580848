/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.S - user programs around system calls and segments.
 *
 * Invariant: each exported label stands at the instruction that the check names.
 */
	.text
	.globl user_call_twice, user_read_gs, user_read_fs, user_read_selectors, user_load_selectors
	.globl user_load_gs, user_code32, user_code32_end, user_syscall_behind, user_call_often
user_call_twice:
	syscall
user_syscall_behind:
	syscall
	ud2

user_call_often:
	syscall
	decq %rbx
	jnz user_call_often
	ud2

user_read_gs:
	movq %gs:8, %rax
	ud2

user_read_fs:
	movq %fs:16, %rax
	ud2

user_read_selectors:
	xorl %eax, %eax
	xorl %ebx, %ebx
	movl %cs, %eax
	movl %ss, %ebx
	movl %ds, %esi
	movl %es, %edi
	movl %fs, %r8d
	movl %gs, %r9d
	ud2

user_load_selectors:
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %fs
	ud2

user_load_gs:
	movl %eax, %gs
	ud2

	.code32
user_code32:
	movl %cs, %eax
	pushl $0x12345678
	popl %ebx
	int $0x80
user_code32_end:
	ud2

	.section .note.GNU-stack, "", @progbits
