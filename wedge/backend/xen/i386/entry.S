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
#include "leave_asm.h"
#include "selectors.h"

#define BY_SS(offset) %ss:VCPU_AT(offset)

/* Fields of the guest's IDT and TSS (SDM 3A sections 6.11 and 7.2.1). */
#define GATE_PRESENT 0x8000
#define TSS_STACK0   4

/* What a handler finds off besides IF and IOPL, which popf does not change in ring 1. */
#define FLAGS_OFF_IN_HANDLER (X86_FLAGS_TF | X86_FLAGS_RF | X86_FLAGS_VM | ARCH_FLAGS_NOT_FOR_RING_3)

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

/* Saves the selectors of user code and loads the kernel's; EAX is saved already. */
	.macro enter_from_user
	movw %ds, BY_SS(SELECTOR(X86_DS))
	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movw %es, VCPU_AT(SELECTOR(X86_ES))
	movl %eax, %es
	movw %fs, VCPU_AT(SELECTOR(X86_FS))
	movl $KERNEL_FS, %eax
	movl %eax, %fs
	movw %gs, VCPU_AT(SELECTOR(X86_GS))
	movl $KERNEL_GS, %eax
	movl %eax, %gs
	.endm

	.macro count counter
	addl $1, VCPU_AT(\counter)
	adcl $0, VCPU_AT(\counter + 4)
	.endm

/*
 * `int $0x80`, a system call. C notes how it entered the kernel by an interrupt gate (traps.c). While
 * the gate and the stack in the TSS are those, this does the same: it lays the frame, with Xen's flags
 * but without what Xen has put beside CS, and goes to the handler; events stay masked.
 *
 * It reads the guest's tables and writes on its stack by the guest's own addresses. If one of these
 * faults, xen_trap_inside leaves the call to C, as if this code had never run.
 */
	.globl xen_trap_128
xen_trap_128:
	cmpb $0, BY_SS(VCPU_IN_WEDGE)
	jne xen_trap_inside
	movl %eax, BY_SS(VCPU_GPR)
	movl $128, BY_SS(VCPU_TRAP)
	testb $2, 4(%esp)
	jz xen_entry
	enter_from_user
	movl %ecx, VCPU_REG(1)
	movl $1, VCPU_AT(VCPU_IN_WEDGE)
	cmpl $128 * 8 + 7, VCPU_AT(VCPU_IDT_LIMIT)
	jb call_by_c
	movl VCPU_AT(VCPU_IDT_BASE), %eax
call_reads:
	movl 128 * 8(%eax), %ecx
	cmpl %ecx, VCPU_AT(VCPU_CALL_GATE)
	jne call_by_c
	movl 128 * 8 + 4(%eax), %ecx
	cmpl %ecx, VCPU_AT(VCPU_CALL_GATE + 4)
	jne call_by_c
	testb $GATE_PRESENT >> 8, %ch
	jz call_by_c
	movl VCPU_AT(VCPU_TASK_BASE), %eax
	movl TSS_STACK0(%eax), %ecx
	cmpl %ecx, VCPU_AT(VCPU_CALL_STACK)
	jne call_by_c
	movzwl TSS_STACK0 + 4(%eax), %eax
	cmpl %eax, VCPU_AT(VCPU_CALL_STACK + 4)
	jne call_by_c
	movl (%esp), %eax
	movl %eax, -20(%ecx)
	movzwl 4(%esp), %eax
	movl %eax, -16(%ecx)
	movl 8(%esp), %eax
	movl %eax, -12(%ecx)
	movl 12(%esp), %eax
	movl %eax, -8(%ecx)
	movzwl 16(%esp), %eax
	movl %eax, -4(%ecx)
call_reads_end:
	count COUNT_ENTERED_INT80
	count COUNT_DELIVERED
	movl VCPU_AT(VCPU_CALL_CS), %eax
	movl %eax, VCPU_AT(VCPU_KERNEL_CS)
	movl VCPU_AT(VCPU_CALL_STACK + 4), %eax
	movl %eax, VCPU_AT(VCPU_KERNEL_SS)
	movl 8(%esp), %eax
	andl $~FLAGS_OFF_IN_HANDLER, %eax
	pushl %eax
	popfl
	leal -20(%ecx), %esp
	movl VCPU_REG(1), %ecx
	movl VCPU_REG(0), %eax
	movl $0, VCPU_AT(VCPU_IN_WEDGE)
	jmp *VCPU_AT(VCPU_CALL_HANDLER)

call_by_c:
	movl VCPU_REG(1), %ecx
	jmp entered_from_user

/*
 * An event may interrupt the wedge's own way out once that has unmasked events. On the way to the
 * kernel, all registers are the guest's already or in the vCPU, which still has the rest: the frame is
 * of no use. On the way to user code only the iret is left: the event comes behind it.
 */
	.globl xen_event
xen_event:
	movl %eax, BY_SS(VCPU_GPR)
	movl $ENTRY_EVENT, BY_SS(VCPU_TRAP)
	movl (%esp), %eax
	subl $resume_unmasked, %eax
	cmpl $resume_unmasked_end - resume_unmasked, %eax
	jb enter_c
	movl (%esp), %eax
	subl $leave_unmasked, %eax
	cmpl $leave_unmasked_end - leave_unmasked, %eax
	jae xen_entry
	leal 12(%esp), %esp

/* ESP: the frame's EIP; EAX is saved. */
xen_entry:
	testb $2, 4(%esp)
	jz 1f
	enter_from_user
entered_from_user:
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
 * The frame: DS, ES, FS, GS, then as usual. The kernel's own selectors are always good, so if it is the
 * kernel, it is at its way out to user code: it goes on with these. User code, or a way out that lets
 * events in already, goes on as if an event had come without a cause.
 */
	.globl xen_failsafe
xen_failsafe:
	leal 16(%esp), %esp
	testb $2, 4(%esp)
	jnz xen_event
	testb $X86_FLAGS_IF >> 8, 9(%esp)
	jnz xen_event
	iretl

/*
 * A fault inside the wedge. Two pieces of code read what the guest may have unmapped: they go on
 * elsewhere, with the stack as they had it. If it is neither, C prints what comes behind two words,
 * which a frame of a 64-bit guest has in front.
 */
xen_trap_inside:
	movl 4(%esp), %eax
	subl $call_reads, %eax
	cmpl $call_reads_end - call_reads, %eax
	jb 1f
	movl 4(%esp), %eax
	cmpl $xen_return_reads, %eax
	jb 3f
	cmpl $xen_return_reads_end, %eax
	jb 2f
3:
	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	leal -8(%esp), %eax
	movl $WEDGE_STACK_TOP - 0x2000, %esp
	call xen_fault_inside
1:	leal 16(%esp), %esp
	jmp call_by_c
2:	leal 16(%esp), %esp
	movl $0, VCPU_AT(RETURN_SELECTOR(X86_CS)) /* C makes it readable then */
	jmp xen_return_by_c

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

/*
 * If C has found that the processor can load the selectors (segments.c), and the flags let interrupts
 * in, it returns to user code without Xen.
 */
resume_user:
	movl $WEDGE_VCPU_BASE, %eax
	call xen_prepare_user
	pushl VCPU_AT(VCPU_SS)
	pushl VCPU_REG(4)
	pushl VCPU_AT(VCPU_RFLAGS)
	pushl VCPU_AT(VCPU_CS)
	pushl VCPU_AT(VCPU_RIP)
	cmpl $0, VCPU_AT(RETURN_SELECTOR(X86_CS))
	je 1f
	leave_if_flags_allow
1:	pushl VCPU_REG(0)
	restore_registers_but_esp
	count COUNT_HYPERCALL_IRET
	movw VCPU_AT(SELECTOR(X86_ES)), %es
	movw VCPU_AT(SELECTOR(X86_FS)), %fs
	movw VCPU_AT(SELECTOR(X86_GS)), %gs
	movl $0, VCPU_AT(VCPU_IN_WEDGE)
	movw VCPU_AT(SELECTOR(X86_DS)), %ds
	movl $HYPERCALL_IRET, %eax
	int $HYPERCALL_VECTOR

/*
 * To user code by the processor's own iret, whose frame ESP points to; the other registers are in the
 * vCPU. From ring 1 it changes neither IF nor IOPL, so the flag is in the mask alone. Xen is not on this
 * way, so verw clears the buffers from which user code could learn of the kernel's data (SDM 2C, VERW).
 */
	.globl xen_leave
xen_leave:
	verw VCPU_AT(RETURN_SELECTOR(X86_SS))
	movw VCPU_AT(SELECTOR(X86_ES)), %es
	movw VCPU_AT(SELECTOR(X86_FS)), %fs
	movw VCPU_AT(SELECTOR(X86_GS)), %gs
	restore_registers_but_esp
	movl $0, VCPU_AT(VCPU_IN_WEDGE)
	movw VCPU_AT(SELECTOR(X86_DS)), %ds
	movb $0, BY_SS(VCPU_MASKED)
leave_unmasked:
	cmpb $0, BY_SS(VCPU_PENDING)
	jne 1f
	iretl
1:	movb $1, BY_SS(VCPU_MASKED)
leave_unmasked_end:
	/* As if the event had come behind the iret. */
	movl %eax, BY_SS(VCPU_GPR)
	movl $ENTRY_EVENT, BY_SS(VCPU_TRAP)
	jmp xen_entry

	.section .note.GNU-stack, "", @progbits
