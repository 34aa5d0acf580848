/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.S - the gates of a 64-bit kernel that lead to C or to Xen (gates.h); the others are the
 * architecture's.
 *
 * Invariant: events are masked before the vCPU's saved state or the wedge's stack is written.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>
#include "../entry.h"
#include "selectors.h"

	.section .gates, "ax", @progbits

	/* From a site, the guest saved, to the wedge's C. */
	.macro enter_for_site function
	movq $0, VCPU_AT(VCPU_CS)
	movq $0, VCPU_AT(VCPU_SS)
	movq $1, VCPU_AT(VCPU_IN_WEDGE)
	movq $WEDGE_STACK_TOP, %rsp
	cld
	testb $1, VCPU_AT(VCPU_WAS_MASKED)
	jz 1f
	andq $~X86_FLAGS_IF, VCPU_AT(VCPU_RFLAGS)
1:	movq $WEDGE_VCPU_BASE, %rdi
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
 * iretq of the guest kernel. Its frame has the layout that both ways out need. On a return to the
 * kernel the gate sets the mask itself. If an event comes between unmasking and iretq, Xen's frame
 * lies below this one, and the handler returns here. If an event is pending, or a page fault was
 * handled (vcpu.h, `retry`), the gate enters C with a frame like those of Xen's own entries.
 */
	.globl gate_iret
gate_iret:
	iret_to_kernel KERNEL_CS, KERNEL_SS, 2f, 3f
2:	movb $1, VCPU_AT(VCPU_MASKED)
	cmpb $0, VCPU_AT(VCPU_RETRY)
	jne 4f
	pushq $0
	pushq %rcx
	pushq %r11
	pushq %rax
	movl $HYPERCALL_IRET, %eax
	incq VCPU_AT(COUNT_HYPERCALL_IRET)
	syscall
3:	movb $1, VCPU_AT(VCPU_MASKED)
	movq $ENTRY_EVENT, VCPU_AT(VCPU_TRAP)
	jmp 5f
4:	movq $ENTRY_RETRY, VCPU_AT(VCPU_TRAP)
5:	movq %rax, VCPU_REG(0)
	pushq %r11
	pushq %rcx
	leaq 16(%rsp), %rax
	jmp xen_entry

/*
 * sysret. rsp is the user's, so the frame is built on the wedge's stack, which is free while the
 * kernel runs with interrupts off. The selectors are those that STAR names (SDM 2B, SYSRET). So Xen
 * returns by iretq, as Linux's own port of today has it do. Its sysret (VGCF_in_syscall) is
 * faster by some cycles, but loads Xen's own selectors, which user code can see.
 */
	.macro sysret_gate name, cs
	.globl \name
\name:
	movb $1, VCPU_AT(VCPU_MASKED)
	movq %rsp, VCPU_REG(4)
	movq $WEDGE_STACK_TOP, %rsp
	pushq VCPU_AT(VCPU_SYSRET_SS)
	pushq VCPU_REG(4)
	pushq %r11
	pushq VCPU_AT(\cs)
	pushq %rcx
	pushq $0
	pushq %rcx
	pushq %r11
	pushq %rax
	movl $HYPERCALL_IRET, %eax
	incq VCPU_AT(COUNT_HYPERCALL_IRET)
	syscall
	.endm

	sysret_gate gate_sysret64, VCPU_SYSRET_CS
	sysret_gate gate_sysret32, VCPU_SYSRET_CS32

	.section .note.GNU-stack, "", @progbits
