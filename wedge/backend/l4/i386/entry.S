/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.S - from guest kernel code onto the wedge's stack, and back. Both are 32-bit code of one
 * space and one privilege, so the way back needs no iret.
 *
 * Functions take their argument in EAX (-mregparm=3, build.mk), and are called with the stack aligned.
 *
 * Invariant: the wedge's C code runs on the wedge's stack with `in_wedge` set and events masked, and
 * is never re-entered.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>

	/* The root program calls this; its argument is on its stack. */
	.section .text.start, "ax"
	.globl l4_start
l4_start:
	movl 4(%esp), %eax
	movl $WEDGE_STACK_TOP, %esp
	call l4_main
	jmp l4_resume

	.section .gates, "ax", @progbits

	/* The guest is saved. Neither DF nor TF nor NT of the kernel's may be set in the wedge. */
	.macro enter_wedge
	movl $1, VCPU_AT(VCPU_IN_WEDGE)
	movl $WEDGE_STACK_TOP, %esp
	pushl $X86_FLAGS_FIXED
	popfl
	.endm

	.macro enter_for_site function
	movl $0, VCPU_AT(VCPU_CS)
	movl $0, VCPU_AT(VCPU_SS)
	enter_wedge
	testb $1, VCPU_AT(VCPU_WAS_MASKED)
	jz 1f
	andl $~X86_FLAGS_IF, VCPU_AT(VCPU_RFLAGS)
	jmp 2f
1:	orl $X86_FLAGS_IF, VCPU_AT(VCPU_RFLAGS)
2:	movl $WEDGE_VCPU_BASE, %eax
	call \function
	jmp l4_resume
	.endm

	save_ramp
	enter_for_site core_ramp

/* core_site() finds the site by the return address. */
	.globl gate_site
gate_site:
	save_site
	enter_for_site core_site

/*
 * iret, called. L4's flat code selector is 0x1b. To kernel code it loads no TF: each step would be one into a
 * gate, too, and L4 takes no TF from the pager's answer.
 */
	.globl gate_iret32
gate_iret32:
	testb $3, 8(%esp)
	jnz 3f
	andb $~(X86_FLAGS_TF >> 8), 13(%esp)
	iret_to_kernel 0x1b, 3f, 2f
2:	movb $1, VCPU_AT(VCPU_MASKED)
3:	save_site
	enter_for_site l4_interrupt_return

	.text

/*
 * The pager or irq has made K come here. Instruction pointer, stack pointer and flags of the guest are
 * in the vCPU already, events are masked; the other registers are the guest's.
 */
	.globl l4_enter
l4_enter:
	save_registers_but_esp
	enter_wedge
	movl $WEDGE_VCPU_BASE, %eax
	call l4_entered

/*
 * Back to guest kernel code. l4_leave() runs user code until it is the kernel's turn. Between unmasking
 * and the jump, the irq thread finds all of the guest's state still in the vCPU, and lets K start over; the
 * guest's DF may be loaded by then.
 */
	.globl l4_resume
l4_resume:
	cld
	movl $1, VCPU_AT(VCPU_IN_WEDGE)
	movl $WEDGE_STACK_TOP, %esp
	movl $WEDGE_VCPU_BASE, %eax
	call l4_leave
	movl VCPU_AT(VCPU_RFLAGS), %eax
	andl $~(X86_FLAGS_TF | X86_FLAGS_NT | X86_FLAGS_VM | X86_FLAGS_IOPL | X86_FLAGS_AC), %eax
	pushl %eax
	testl $X86_FLAGS_IF, VCPU_AT(VCPU_RFLAGS)
	jz 1f
	movb $0, VCPU_AT(VCPU_MASKED)
	.globl l4_resume_unmasked, l4_resume_end
l4_resume_unmasked:
	cmpb $0, VCPU_AT(VCPU_PENDING)
	jne 2f
1:	movl $0, VCPU_AT(VCPU_IN_WEDGE)
	restore_registers_but_esp
	popfl
	movl VCPU_REG(4), %esp
	jmpl *VCPU_AT(VCPU_RIP)
2:	movb $1, VCPU_AT(VCPU_MASKED)
l4_resume_end:
	jmp l4_resume

	.section .note.GNU-stack, "", @progbits
