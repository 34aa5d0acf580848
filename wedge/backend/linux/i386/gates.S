/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.S - from 32-bit guest code into the wedge (gates.h). These are the gates that need C; the
 * others are the architecture's.
 *
 * The gates are 32-bit code in the window; a far jump through the host's 64-bit code selector leaves
 * it, to entry.S.
 *
 * Invariant: a gate masks events before it writes the vCPU's saved state.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>
#include "../linux.h"

	.section .gates.head, "ax"
	.code32
	.globl wedge_gates
wedge_gates:

	.macro save_registers_but_esp
	movl %eax, VCPU_REG(0)
	movl %ecx, VCPU_REG(1)
	movl %edx, VCPU_REG(2)
	movl %ebx, VCPU_REG(3)
	movl %ebp, VCPU_REG(5)
	movl %esi, VCPU_REG(6)
	movl %edi, VCPU_REG(7)
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
	 * gate_ramp, up to where the guest is saved, without its stack (gates.h). The flags are pushed
	 * into the vCPU's word for them. An event that comes before the mask is set makes the guest
	 * begin again at its site (core_interrupted), since the event's handler uses the same words; so
	 * eax gets one of its own.
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

	/* Goes on in 64-bit code of the wedge's image. */
	.macro leave_to target
	ljmp $HOST_CS64, $(WEDGE_BASE + 1f - wedge_gates)
	.code64
1:	movabs $\target, %rax
	jmp *%rax
	.code32
	.endm

	save_ramp
	leave_to linux_ramp

/* The return address tells which site. */
	.globl gate_site
gate_site:
	save_site
	leave_to linux_site

/*
 * iret, called: the frame lies behind the return address. To the kernel by the processor's own, once
 * the flag is as the frame says; user code, and what is pending, is the wedge's.
 */
	.globl gate_iret32
gate_iret32:
	testb $3, 8(%esp)
	jnz 3f
	testb $X86_FLAGS_IF >> 8, 13(%esp)
	jz 1f
	movb $0, VCPU_AT(VCPU_MASKED)
	cmpb $0, VCPU_AT(VCPU_PENDING)
	jne 2f
	movl $HOST_CS32, 8(%esp)
	addl $4, %esp
	iretl
1:	movb $1, VCPU_AT(VCPU_MASKED)
	movl $HOST_CS32, 8(%esp)
	addl $4, %esp
	iretl
2:	movb $1, VCPU_AT(VCPU_MASKED)
3:	save_site
	leave_to linux_iret

	.section .note.GNU-stack, "", @progbits
