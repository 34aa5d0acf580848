/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * caller32.S - runs rewritten sites of a 32-bit kernel in the process, as 32-bit code: loads every
 * register and the flags, executes the site, and stores them again.
 *
 * Invariant: nothing between loading and storing changes a register or a flag but the site. All of it
 * lies below 4 GiB (the program is not position independent).
 */
#include "caller_asm.h"

#define ENTERED 40

#define CS64 0x33

	.text

/* void run_site32(struct run32 *run) */
	.globl run_site32
run_site32:
	push_own_registers
	enter_site_32 in32

/* Where the back end would enter the wedge's C: the run ends, with a note. */
	.globl gate_site
gate_site:
	movl $1, entered
	jmp store

run_done:
	movl $0, entered
store:
	movl %edi, site
	movl current, %edi
	movl %esp, GPR32(4)(%edi)
	movl $flags_end, %esp
	pushfl
	popl FLAGS32(%edi)
	cld
	movl %eax, GPR32(0)(%edi)
	movl %ecx, GPR32(1)(%edi)
	movl %edx, GPR32(2)(%edi)
	movl %ebx, GPR32(3)(%edi)
	movl %ebp, GPR32(5)(%edi)
	movl %esi, GPR32(6)(%edi)
	movl site, %eax
	movl %eax, GPR32(7)(%edi)
	movl entered, %eax
	movl %eax, ENTERED(%edi)
	ljmp $CS64, $back

	.code64
back:
	movq own_stack, %rsp
	pop_own_registers
	ret

/* Sites, as rewrite.c makes them. */
	.code32
	.macro site name, gate, before:vararg
	.globl \name
\name:
	\before
	call \gate
	jmp run_done
	.endm

	site site_sti, gate_sti
	site site_sti_halt, gate_sti_halt
	site site_pushf, gate_pushf, pushfl
	site site_popf, gate_popf
	site site_mov_es, gate_mov_es, pushl %edx
	site site_mov_ds, gate_mov_ds, pushl %edx
	site site_mov_fs, gate_mov_fs, pushl %eax
	site site_pop_es, gate_pop_es
	site site_pop_ds, gate_pop_ds
	site site_pop_fs, gate_pop_fs

	words_of_run_32
entered:
	.skip 4

	.section .note.GNU-stack, "", @progbits
