/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.S - where Xen enters a 32-bit guest (traps, events) and how the wedge leaves to it
 * (public/arch-x86/xen-x86_32.h).
 *
 * Xen's frame, lowest first: [error code], EIP, CS, EFLAGS, and from user code ESP, SS. From user code it
 * lies on the wedge's stack, from the kernel below the kernel's own stack pointer. EFLAGS.IF is the
 * inverse of the event mask; the old mask is in CS's upper half too. Events are masked on entry. The data
 * segment registers are still the interrupted code's: user code may have anything in DS, so until that is
 * loaded the vCPU is reached through SS, which is flat.
 *
 * Invariant: the wedge's C code runs on the wedge's stack with events masked and is never re-entered:
 * a trap while `in_wedge` is set is a defect of the wedge and ends the guest. The guest's kernel and the
 * wedge have the selectors of selectors.h, user code has what the vCPU says.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>
#include "../entry.h"
#include "../entry_asm.h"
#include "selectors.h"

#define BY_SS(offset) %ss:VCPU_AT(offset)
#define SELECTOR(sreg) VCPU_SELECTOR + 4 * sreg

	.text
	.code32

/* ---- in ---- */

	.macro trap_entry vector, has_error
	.globl xen_trap_\vector
xen_trap_\vector:
	cmpb $0, BY_SS(VCPU_IN_WEDGE)
	jne xen_trap_inside
	movl %eax, BY_SS(VCPU_GPR)
	movl $\vector, BY_SS(VCPU_TRAP)
	.if \has_error
	popl BY_SS(VCPU_TRAP_ERROR)
	.else
	movl $0, BY_SS(VCPU_TRAP_ERROR)
	.endif
	jmp xen_entry
	.endm

	trap_entries

/*
 * An event may interrupt backend_resume between unmasking and the jump. Then all registers are the
 * guest's already or in the vCPU, which still has the rest: the frame is of no use.
 */
	.globl xen_event
xen_event:
	movl %eax, BY_SS(VCPU_GPR)
	movl $ENTRY_EVENT, BY_SS(VCPU_TRAP)
	movl (%esp), %eax
	subl $resume_unmasked, %eax
	cmpl $resume_unmasked_end - resume_unmasked, %eax
	jb enter_c

/* ESP: the frame's EIP; EAX is saved. */
xen_entry:
	testb $2, 4(%esp)
	jz 1f
	movl %ds, %eax
	movl %eax, BY_SS(SELECTOR(X86_DS))
	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %es, %eax
	movl %eax, VCPU_AT(SELECTOR(X86_ES))
	movl %fs, %eax
	movl %eax, VCPU_AT(SELECTOR(X86_FS))
	movl %gs, %eax
	movl %eax, VCPU_AT(SELECTOR(X86_GS))
	movl $KERNEL_DS, %eax
	movl %eax, %es
	movl $KERNEL_FS, %eax
	movl %eax, %fs
	movl $KERNEL_GS, %eax
	movl %eax, %gs
	popl VCPU_AT(VCPU_RIP)
	popl %eax
	movzwl %ax, %eax
	movl %eax, VCPU_AT(VCPU_CS)
	popl VCPU_AT(VCPU_RFLAGS)
	popl VCPU_REG(4)
	popl %eax
	movzwl %ax, %eax
	movl %eax, VCPU_AT(VCPU_SS)
	jmp enter_c
1:	popl VCPU_AT(VCPU_RIP)
	movl $0, VCPU_AT(VCPU_CS)
	popl %eax
	popl VCPU_AT(VCPU_RFLAGS)
	movl $0, VCPU_AT(VCPU_SS)
	movl %esp, VCPU_REG(4)
enter_c:
	movl VCPU_REG(0), %eax
	save_registers_but_esp
	movl $1, VCPU_AT(VCPU_IN_WEDGE)
	movl $WEDGE_STACK_TOP, %esp
	cld
	movl $WEDGE_VCPU_BASE, %eax
	call xen_entered
	jmp backend_resume

/*
 * Xen could not load a data segment register again after it had run another domain, since the
 * descriptor is gone meanwhile; it has loaded null. A processor keeps what it has loaded (SDM 3A, 3.4.3).
 * The frame: DS, ES, FS, GS, then as usual. Events are masked as they were. The kernel's own selectors
 * are always good, so if it is the kernel, it is at its way out to user code: it goes on with these. User
 * code is entered again as if an event had come without a cause.
 */
	.globl xen_failsafe
xen_failsafe:
	leal 16(%esp), %esp
	testb $2, 4(%esp)
	jnz xen_event
	iretl

/* C prints what comes behind two words, which a frame of a 64-bit guest has in front. */
xen_trap_inside:
	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	leal -8(%esp), %eax
	movl $WEDGE_STACK_TOP - 0x2000, %esp
	call xen_fault_inside

/* ---- out ---- */

/*
 * Returns to the guest as the vCPU describes it: to user code by a hypercall, to the kernel without
 * Xen and without the kernel's stack, since iret would not load its pointer.
 */
	.globl backend_resume
backend_resume:
	movl $WEDGE_STACK_TOP, %esp
	testb $3, VCPU_AT(VCPU_CS)
	jnz resume_user
	testb $X86_FLAGS_TF >> 8, VCPU_AT(VCPU_RFLAGS + 1)
	jnz resume_step
	pushl VCPU_AT(VCPU_RFLAGS)
	restore_registers_but_esp
	movl $0, VCPU_AT(VCPU_IN_WEDGE)
	testb $X86_FLAGS_IF >> 8, 1(%esp)
	jz 2f
	movb $0, VCPU_AT(VCPU_MASKED)
resume_unmasked:
	cmpb $0, VCPU_AT(VCPU_PENDING)
	jne 1f
2:	popfl
	movl VCPU_REG(4), %esp
	jmp *VCPU_AT(VCPU_RIP)
1:	movb $1, VCPU_AT(VCPU_MASKED)
resume_unmasked_end:
	/* An event came while the wedge ran. The vCPU still holds the guest's state. */
resume_pending:
	movl $1, VCPU_AT(VCPU_IN_WEDGE)
	movl $WEDGE_STACK_TOP, %esp
	movl $WEDGE_VCPU_BASE, %eax
	call xen_pending
	jmp backend_resume

/* With TF, popf would trap here. The frame for iret is on the stack that an interrupt would use. */
resume_step:
	movl VCPU_REG(4), %esp
	pushl VCPU_AT(VCPU_RFLAGS)
	pushl $KERNEL_CS
	pushl VCPU_AT(VCPU_RIP)
	restore_registers_but_esp
	testb $X86_FLAGS_IF >> 8, 9(%esp)
	jz 1f
	cmpb $0, VCPU_AT(VCPU_PENDING)
	jne resume_pending
	movb $0, VCPU_AT(VCPU_MASKED)
1:	movl $0, VCPU_AT(VCPU_IN_WEDGE)
	iretl

resume_user:
	movl $WEDGE_VCPU_BASE, %eax
	call xen_prepare_user
	pushl VCPU_AT(VCPU_SS)
	pushl VCPU_REG(4)
	pushl VCPU_AT(VCPU_RFLAGS)
	pushl VCPU_AT(VCPU_CS)
	pushl VCPU_AT(VCPU_RIP)
	pushl VCPU_REG(0)
	restore_registers_but_esp
	addl $1, VCPU_AT(COUNT_HYPERCALL_IRET)
	adcl $0, VCPU_AT(COUNT_HYPERCALL_IRET + 4)
	movl VCPU_AT(SELECTOR(X86_ES)), %eax
	movl %eax, %es
	movl VCPU_AT(SELECTOR(X86_FS)), %eax
	movl %eax, %fs
	movl VCPU_AT(SELECTOR(X86_GS)), %eax
	movl %eax, %gs
	movl $0, VCPU_AT(VCPU_IN_WEDGE)
	movl VCPU_AT(SELECTOR(X86_DS)), %eax
	movl %eax, %ds
	movl $HYPERCALL_IRET, %eax
	int $HYPERCALL_VECTOR

	.section .note.GNU-stack, "", @progbits
