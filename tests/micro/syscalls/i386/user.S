/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.S - user programs around system calls and segments.
 *
 * Invariant: each exported label stands at the instruction that the check names.
 */
#include "layout.h"

	.text
	.globl user_call_twice, user_syscall_behind, user_call_often, user_int_dpl0, user_undefined
user_undefined:
	ud2

user_call_twice:
	int $0x80
user_syscall_behind:
	int $0x80
	USER_END

user_call_often:
	int $0x80
	decl %ebx
	jnz user_call_often
	USER_END

user_int_dpl0:
	int $0x77
	USER_END

/* eax, ebx, ecx, edx, esi, edi: CS, SS, DS, ES, FS, GS. */
	.globl user_read_selectors
user_read_selectors:
	xorl %eax, %eax
	movl %cs, %eax
	movl %ss, %ebx
	movl %ds, %ecx
	movl %es, %edx
	movl %fs, %esi
	movl %gs, %edi
	USER_END

/* What an offset of eax is through each register that may have a base. */
	.globl user_read_fs, user_read_gs, user_read_es, user_write_gs
user_read_fs:
	movl %fs:(%eax), %eax
	USER_END
user_read_gs:
	movl %gs:(%eax), %eax
	USER_END
user_read_es:
	movl %es:(%eax), %eax
	USER_END
user_write_gs:
	movl %ebx, %gs:(%eax)
	USER_END

/* Loads a selector from eax; behind it reads at offset ebx. */
	.globl user_load_gs, user_load_fs, user_load_ds, user_load_es, user_load_ss, user_pop_gs
	.globl user_lgs
user_load_gs:
	movl %eax, %gs
	movl %gs:(%ebx), %ecx
	movl %gs, %edx
	USER_END
user_load_fs:
	movl %eax, %fs
	movl %fs:(%ebx), %ecx
	movl %fs, %edx
	USER_END
user_load_ds:
	movl %eax, %ds
	USER_END
user_load_es:
	movl %eax, %es
	movl %es:(%ebx), %ecx
	movl %es, %edx
	USER_END
user_load_ss:
	movl %eax, %ss
	USER_END
user_pop_gs:
	pushl %eax
	popl %gs
	movl %gs:(%ebx), %ecx
	movl %gs, %edx
	USER_END
user_lgs: /* the far pointer at esi */
	lgs (%esi), %ebx
	movl %gs:(%ebx), %ecx
	movl %gs, %edx
	USER_END

/* Keeps what it finds in GS over a system call. */
	.globl user_gs_over_call
user_gs_over_call:
	movl %eax, %gs
	int $0x80
	movl %gs:(%ebx), %ecx
	USER_END

/* Far transfers within user code: by what CS reads as, then by the kernel's number for it. */
	.globl user_far_by_cs, user_far_by_number
user_far_by_cs:
	pushl %cs
	pushl $1f
	lret
1:	movl $1, %ecx
	USER_END
user_far_by_number:
	pushl $USER_CS
	pushl $1f
	lret
1:	movl $1, %ecx
	ljmp $USER_CS, $1f
1:	movl $2, %ecx
	lcall $USER_CS, $1f
	movl %esp, %edx
	USER_END
1:	movl $3, %ecx
	lret

	.globl user_copy_selectors, user_verr, user_lsl
user_copy_selectors:
	pushl %ds
	popl %es
	movl %ss, %eax
	movl %eax, %gs
	movl %gs:(%ebx), %ecx
	movl %es:(%ebx), %ecx
	USER_END
user_verr:
	xorl %ecx, %ecx
	verr %ax
	setz %cl
	USER_END
user_lsl:
	xorl %ecx, %ecx
	lsl %eax, %ecx
	USER_END

	.section .note.GNU-stack, "", @progbits
