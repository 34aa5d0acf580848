/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.S - the gates of a 32-bit kernel that lead to C or to Xen (gates.h); the others are the
 * architecture's.
 *
 * Invariant: events are masked before the vCPU's saved state or the wedge's stack is written.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>
#include "../entry.h"
#include "selectors.h"

	.section .gates, "ax", @progbits
	.code32

	/* From a site, the guest saved, to the wedge's C. */
	.macro enter_for_site function
	movl $0, VCPU_AT(VCPU_CS)
	movl $0, VCPU_AT(VCPU_SS)
	movl $1, VCPU_AT(VCPU_IN_WEDGE)
	movl $WEDGE_STACK_TOP, %esp
	cld
	testb $1, VCPU_AT(VCPU_WAS_MASKED)
	jz 1f
	andl $~X86_FLAGS_IF, VCPU_AT(VCPU_RFLAGS)
1:	movl $WEDGE_VCPU_BASE, %eax
	call \function
	jmp backend_resume
	.endm

	save_ramp
	enter_for_site core_ramp

/* core_site() finds the site by the return address. */
	.globl gate_site
gate_site:
	save_site
	enter_for_site core_site

/*
 * iret, called: the frame lies behind the return address. To the kernel by the processor's own; user
 * code, and what is pending, is C's.
 */
	.globl gate_iret32
gate_iret32:
	iret_to_kernel KERNEL_CS, 3f, 2f
2:	movb $1, VCPU_AT(VCPU_MASKED)
3:	save_site
	enter_for_site xen_interrupt_return

	.section .note.GNU-stack, "", @progbits
