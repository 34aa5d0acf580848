/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcpu_asm.h - assembler macros around the vCPU.
 *
 * Invariant: the macros reach the vCPU by its absolute address only, so they work with the guest's
 * registers.
 */
/* clang-format off */
#ifndef WEDGE_VCPU_ASM_H
#define WEDGE_VCPU_ASM_H

#include <wedge/vcpu.h>
#include <vcpu_offsets.h>

/*
 * The vCPU is in the first or the last 2 GiB, so its address is a 32-bit displacement, which the
 * processor sign-extends.
 */
#define VCPU_AT(offset) ((offset) + WEDGE_VCPU_BASE)
#define VCPU_REG(n) VCPU_AT(VCPU_GPR + 8 * (n))

/* Moves every general register but those that the name excludes to or from the vCPU. */
.macro save_registers_but_rax_rcx_rsp_r11
	movq %rdx, VCPU_REG(2)
	movq %rbx, VCPU_REG(3)
	movq %rbp, VCPU_REG(5)
	movq %rsi, VCPU_REG(6)
	movq %rdi, VCPU_REG(7)
	movq %r8, VCPU_REG(8)
	movq %r9, VCPU_REG(9)
	movq %r10, VCPU_REG(10)
	movq %r12, VCPU_REG(12)
	movq %r13, VCPU_REG(13)
	movq %r14, VCPU_REG(14)
	movq %r15, VCPU_REG(15)
.endm

/*
 * gate_ramp, up to where the guest is saved, without its stack (gates.h). The flags are pushed into
 * the vCPU's word for them. An event that comes before the mask is set makes the guest begin again at
 * its site (core_interrupted), since the event's handler uses the same words; so rax gets one of its
 * own.
 */
.macro save_ramp
	.globl gate_ramp, gate_ramp_saved, gate_ramp_masked
gate_ramp:
	movq %rax, VCPU_AT(VCPU_SITE_RAX)
gate_ramp_saved:
	movzbl VCPU_AT(VCPU_MASKED), %eax
	movb $1, VCPU_AT(VCPU_MASKED)
gate_ramp_masked:
	movq %rax, VCPU_AT(VCPU_WAS_MASKED)
	movq VCPU_AT(VCPU_SITE_RAX), %rax
	movq %rax, VCPU_REG(0)
	movq %rcx, VCPU_REG(1)
	movq %r11, VCPU_REG(11)
	save_registers_but_rax_rcx_rsp_r11
	movq %rsp, VCPU_REG(4)
	movq $VCPU_AT(VCPU_RFLAGS + 8), %rsp
	pushfq
.endm

/*
 * Saves the guest as a call of gate_site finds it. Events are masked before the saved state is
 * written: an event in between would use the same fields. `was_masked` keeps the guest's flag, since
 * the real IF is always set in ring 3.
 */
.macro save_site
	pushq %rax
	movzbl VCPU_AT(VCPU_MASKED), %eax
	movb $1, VCPU_AT(VCPU_MASKED)
	movq %rax, VCPU_AT(VCPU_WAS_MASKED)
	popq %rax
	movq %rax, VCPU_REG(0)
	movq %rcx, VCPU_REG(1)
	movq %r11, VCPU_REG(11)
	save_registers_but_rax_rcx_rsp_r11
	popq VCPU_AT(VCPU_RIP)
	pushfq
	popq VCPU_AT(VCPU_RFLAGS)
	movq %rsp, VCPU_REG(4)
.endm

.macro restore_registers_but_rsp
	movq VCPU_REG(0), %rax
	movq VCPU_REG(1), %rcx
	movq VCPU_REG(2), %rdx
	movq VCPU_REG(3), %rbx
	movq VCPU_REG(5), %rbp
	movq VCPU_REG(6), %rsi
	movq VCPU_REG(7), %rdi
	movq VCPU_REG(8), %r8
	movq VCPU_REG(9), %r9
	movq VCPU_REG(10), %r10
	movq VCPU_REG(11), %r11
	movq VCPU_REG(12), %r12
	movq VCPU_REG(13), %r13
	movq VCPU_REG(14), %r14
	movq VCPU_REG(15), %r15
.endm

/*
 * iretq, its frame on top of the stack: to the kernel by the processor's own, with the platform's
 * selectors, once the flag is as the frame says. A frame for user code goes on at `user`, with the flag
 * as it was; one that lets interrupts in while one waits, at `pending`, with events unmasked.
 */
.macro iret_to_kernel cs, ss, user, pending
	testb $3, 8(%rsp)
	jnz \user
	testb $X86_FLAGS_IF >> 8, 17(%rsp)
	jz 1f
	movb $0, VCPU_AT(VCPU_MASKED)
	cmpb $0, VCPU_AT(VCPU_PENDING)
	jne \pending
	movq $\cs, 8(%rsp)
	movq $\ss, 32(%rsp)
	iretq
1:	movb $1, VCPU_AT(VCPU_MASKED)
	movq $\cs, 8(%rsp)
	movq $\ss, 32(%rsp)
	iretq
.endm

#endif /* WEDGE_VCPU_ASM_H */
