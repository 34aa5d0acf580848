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
#include "leave_asm.h"
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

	.macro if_other_selector sreg, label
	movl VCPU_AT(SELECTOR(\sreg)), %eax
	cmpl %eax, VCPU_AT(RETURN_SELECTOR(\sreg))
	jne \label
	.endm

/* core_site() finds the site by the return address. */
	.globl gate_site
gate_site:
	save_site
	enter_for_site core_site

/*
 * iret, called: the frame lies behind the return address. To the kernel by the processor's own. So it is
 * to user code, if all selectors are those with which C has resumed user code last, and the guest's GDT
 * is as it was then; by C otherwise. What is pending on the way to the kernel is C's, too.
 *
 * Frame and GDT are read by the guest's own addresses. If that faults, entry.S goes on at
 * xen_return_by_c.
 */
	.globl gate_iret32
gate_iret32:
	iret_to_kernel KERNEL_CS, 3f, 2f
2:	movb $1, VCPU_AT(VCPU_MASKED)
	save_site
	jmp xen_return_by_c
3:	save_site
	movl $1, VCPU_AT(VCPU_IN_WEDGE)
	cld
	cmpb $0, VCPU_AT(VCPU_RETRY)
	jne 5f
4:
	.globl xen_return_reads, xen_return_reads_end, xen_return_by_c
xen_return_reads:
	movzwl 4(%esp), %eax
	cmpl %eax, VCPU_AT(RETURN_SELECTOR(X86_CS))
	jne xen_return_by_c
	movzwl 16(%esp), %eax
	cmpl %eax, VCPU_AT(RETURN_SELECTOR(X86_SS))
	jne xen_return_by_c
	if_other_selector X86_ES, xen_return_by_c
	if_other_selector X86_DS, xen_return_by_c
	if_other_selector X86_FS, xen_return_by_c
	if_other_selector X86_GS, xen_return_by_c
	movl VCPU_AT(VCPU_GDT_BASE), %esi
	movl VCPU_AT(VCPU_RETURN_SEEN), %edi
	movl VCPU_AT(VCPU_RETURN_WORDS), %ecx
	repe cmpsl
	jne xen_return_by_c
	leave_if_flags_allow
xen_return_reads_end:
xen_return_by_c:
	enter_for_site xen_interrupt_return

/* User code repeats the access of a page fault (core_retry). */
5:	movl $X86_SELECTOR_RPL, VCPU_AT(VCPU_CS)
	movl $WEDGE_STACK_TOP, %esp
	movl $WEDGE_VCPU_BASE, %eax
	call core_retry
	movl VCPU_REG(4), %esp
	jmp 4b

	.section .note.GNU-stack, "", @progbits
