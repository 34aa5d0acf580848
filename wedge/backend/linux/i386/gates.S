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
	iret_to_kernel HOST_CS32, 3f, 2f
2:	movb $1, VCPU_AT(VCPU_MASKED)
3:	save_site
	leave_to linux_iret

	.section .note.GNU-stack, "", @progbits
