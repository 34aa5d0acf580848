/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcpu_asm.h - assembler macros around the vCPU, for 32-bit code (.code32).
 *
 * The vCPU's registers have 64 bits for a guest of either width. 32-bit code writes the lower
 * halves; the upper halves are always zero.
 *
 * Invariant: the macros reach the vCPU by its absolute address only, so they work with the guest's
 * registers.
 */
/* clang-format off */
#ifndef WEDGE_VCPU_ASM_H
#define WEDGE_VCPU_ASM_H

#include <wedge/arch_traits.h>
#include <wedge/vcpu.h>
#include <vcpu_offsets.h>

#define VCPU_AT(offset) ((offset) + WEDGE_VCPU_BASE)
#define VCPU_REG(n) VCPU_AT(VCPU_GPR + 8 * (n))

/* Moves every general register but esp to the vCPU. */
.macro save_registers_but_esp
	movl %eax, VCPU_REG(0)
	movl %ecx, VCPU_REG(1)
	movl %edx, VCPU_REG(2)
	movl %ebx, VCPU_REG(3)
	movl %ebp, VCPU_REG(5)
	movl %esi, VCPU_REG(6)
	movl %edi, VCPU_REG(7)
.endm

/* And back. */
.macro restore_registers_but_esp
	movl VCPU_REG(0), %eax
	movl VCPU_REG(1), %ecx
	movl VCPU_REG(2), %edx
	movl VCPU_REG(3), %ebx
	movl VCPU_REG(5), %ebp
	movl VCPU_REG(6), %esi
	movl VCPU_REG(7), %edi
.endm

/*
 * gate_ramp, up to where the guest is saved, without its stack (gates.h). The flags are pushed into
 * the vCPU's word for them. An event that comes before the mask is set makes the guest begin again at
 * its site (core_interrupted), since the event's handler uses the same words; so eax gets one of its
 * own.
 */
.macro save_ramp
	.globl gate_ramp, gate_ramp_saved, gate_ramp_masked
gate_ramp:
	movl %eax, VCPU_AT(VCPU_SITE_RAX)
gate_ramp_saved:
	movzbl VCPU_AT(VCPU_MASKED), %eax
	movb $1, VCPU_AT(VCPU_MASKED)
gate_ramp_masked:
	movl %eax, VCPU_AT(VCPU_WAS_MASKED)
	movl VCPU_AT(VCPU_SITE_RAX), %eax
	save_registers_but_esp
	movl %esp, VCPU_REG(4)
	movl $VCPU_AT(VCPU_RFLAGS + 4), %esp
	pushfl
.endm

/* Saves the guest as the call of a gate finds it; `was_masked` keeps its flag. */
.macro save_site
	pushl %eax
	movzbl VCPU_AT(VCPU_MASKED), %eax
	movb $1, VCPU_AT(VCPU_MASKED)
	movl %eax, VCPU_AT(VCPU_WAS_MASKED)
	popl %eax
	save_registers_but_esp
	popl VCPU_AT(VCPU_RIP)
	pushfl
	popl VCPU_AT(VCPU_RFLAGS)
	movl %esp, VCPU_REG(4)
.endm

/*
 * iret as gate_iret32 finds it, the return address in front of the frame: to the kernel by the
 * processor's own with the platform's code selector, once the flag is as the frame says. A frame for
 * user code goes on at `user`, with the flag as it was; one that lets interrupts in while one waits,
 * at `pending`, with events unmasked.
 */
.macro iret_to_kernel cs, user, pending
	testb $3, 8(%esp)
	jnz \user
	testb $X86_FLAGS_IF >> 8, 13(%esp)
	jz 1f
	movb $0, VCPU_AT(VCPU_MASKED)
	cmpb $0, VCPU_AT(VCPU_PENDING)
	jne \pending
	movl $\cs, 8(%esp)
	addl $4, %esp
	iretl
1:	movb $1, VCPU_AT(VCPU_MASKED)
	movl $\cs, 8(%esp)
	addl $4, %esp
	iretl
.endm

#endif /* WEDGE_VCPU_ASM_H */
