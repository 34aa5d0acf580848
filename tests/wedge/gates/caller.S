/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * caller.S - runs rewritten sites in the process: loads every register and the flags, executes
 * the site, and stores them again.
 *
 * Invariant: nothing between loading and storing changes a register or a flag but the site.
 */
#include <wedge/vcpu_asm.h>

#include "caller_asm.h"

#define GPR(n) 8 * (n)
#define FLAGS 128
#define CODE 136

	.text

/* void run_site(struct run *run) */
	.globl run_site
run_site:
	push_own_registers
	movq %rdi, current
	movq %rsp, own_stack
	pushq FLAGS(%rdi)
	popfq
	movq CODE(%rdi), %rax
	movq %rax, site
	movq GPR(0)(%rdi), %rax
	movq GPR(1)(%rdi), %rcx
	movq GPR(2)(%rdi), %rdx
	movq GPR(3)(%rdi), %rbx
	movq GPR(4)(%rdi), %rsp
	movq GPR(5)(%rdi), %rbp
	movq GPR(6)(%rdi), %rsi
	movq GPR(8)(%rdi), %r8
	movq GPR(9)(%rdi), %r9
	movq GPR(10)(%rdi), %r10
	movq GPR(11)(%rdi), %r11
	movq GPR(12)(%rdi), %r12
	movq GPR(13)(%rdi), %r13
	movq GPR(14)(%rdi), %r14
	movq GPR(15)(%rdi), %r15
	movq GPR(7)(%rdi), %rdi
	jmp *site

run_done:
	movq %rdi, site
	movq current, %rdi
	movq %rsp, GPR(4)(%rdi)
	movq own_stack, %rsp
	pushfq
	popq FLAGS(%rdi)
	cld
	movq %rax, GPR(0)(%rdi)
	movq %rcx, GPR(1)(%rdi)
	movq %rdx, GPR(2)(%rdi)
	movq %rbx, GPR(3)(%rdi)
	movq %rbp, GPR(5)(%rdi)
	movq %rsi, GPR(6)(%rdi)
	movq %r8, GPR(8)(%rdi)
	movq %r9, GPR(9)(%rdi)
	movq %r10, GPR(10)(%rdi)
	movq %r11, GPR(11)(%rdi)
	movq %r12, GPR(12)(%rdi)
	movq %r13, GPR(13)(%rdi)
	movq %r14, GPR(14)(%rdi)
	movq %r15, GPR(15)(%rdi)
	movq site, %rax
	movq %rax, GPR(7)(%rdi)
	pop_own_registers
	ret

/* Sites, as rewrite.c makes them. */
	.globl site_sti
site_sti:
	call gate_sti
	jmp run_done

	.globl site_pushf
site_pushf:
	pushfq
	call gate_pushf
	jmp run_done

	.globl site_popf
site_popf:
	call gate_popf
	jmp run_done

	.globl site_other, site_other_back
site_other:
	call gate_site
site_other_back:
	ud2

	.globl site_sti_halt
site_sti_halt:
	call gate_sti_halt
	jmp run_done

/* The same of a kernel that calls through a table: behind the call stands the sti itself. */
	.globl site_sti_over, site_sti_halt_over
site_sti_over:
	call *table
	hlt
	jmp run_done
site_sti_halt_over:
	call *table + 8
	hlt
	jmp run_done

	.section .rodata
table:
	.quad gate_sti_over, gate_sti_halt_over
	.text

/* Where the wedge's C would go back to the guest: the run ends, the vCPU tells how. */
	.globl backend_resume
backend_resume:
	movq own_stack, %rsp
	pop_own_registers
	ret

	.bss
	.balign 8
current:
	.skip 8
own_stack:
	.skip 8
site:
	.skip 8

	.section .note.GNU-stack, "", @progbits
