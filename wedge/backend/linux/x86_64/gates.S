/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.S - from 64-bit guest code into the wedge (gates.h). These are the gates that need C; the
 * others are the architecture's.
 *
 * The gates lie in the window, near the kernel; an absolute jump leaves it, to entry.S.
 *
 * Invariant: a gate masks events before it writes the vCPU's saved state.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>
#include "../linux.h"

	.section .gates.head, "ax"
	.globl wedge_gates
wedge_gates:

	/* Goes on in the wedge's image; rax is saved. */
	.macro leave_to target
	movabs $\target, %rax
	jmp *%rax
	.endm

	.macro save_registers_but_rsp
	movq %rax, VCPU_REG(0)
	movq %rcx, VCPU_REG(1)
	movq %r11, VCPU_REG(11)
	save_registers_but_rax_rcx_rsp_r11
	.endm

	save_ramp
	leave_to linux_ramp

/* The return address tells which site. */
	.globl gate_site
gate_site:
	save_site
	leave_to linux_site

/*
 * iretq, jumped to: the frame is on top of the stack. To the kernel by the processor's own, once the
 * flag is as the frame says; user code, and what is pending, is the wedge's.
 */
	.globl gate_iret
gate_iret:
	iret_to_kernel HOST_CS64, HOST_DS, 3f, 3f
3:	movb $1, VCPU_AT(VCPU_MASKED)
	movq $1, VCPU_AT(VCPU_WAS_MASKED)
	save_registers_but_rsp
	pushfq
	popq VCPU_AT(VCPU_RFLAGS)
	movq %rsp, VCPU_REG(4)
	leave_to linux_iret

/*
 * sysret, jumped to, on the user's stack: nothing is pushed. The selectors are those that STAR names
 * (SDM 2B, SYSRET).
 */
	.macro sysret_gate name, cs_offset
	.globl \name
\name:
	movb $1, VCPU_AT(VCPU_MASKED)
	save_registers_but_rsp
	movq %rsp, VCPU_REG(4)
	movq %rcx, VCPU_AT(VCPU_RIP)
	movq %r11, VCPU_AT(VCPU_RFLAGS)
	movzwl VCPU_AT(VCPU_STAR + 6), %eax
	addl $\cs_offset, %eax
	orl $3, %eax
	movq %rax, VCPU_AT(VCPU_CS)
	movzwl VCPU_AT(VCPU_STAR + 6), %eax
	addl $8, %eax
	orl $3, %eax
	movq %rax, VCPU_AT(VCPU_SS)
	leave_to linux_resume
	.endm

	sysret_gate gate_sysret64, 16
	sysret_gate gate_sysret32, 0

	.section .note.GNU-stack, "", @progbits
