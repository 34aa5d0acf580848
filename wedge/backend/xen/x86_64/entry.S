/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.S - where Xen enters the guest (traps, events, system calls) and how the wedge leaves to it
 * (public/arch-x86/xen-x86_64.h).
 *
 * Xen's frame, lowest first: rcx, r11, [error code], rip, cs, rflags, rsp, ss. From user code it lies
 * on the wedge's stack, from the kernel below the kernel's own stack pointer. cs has RPL 0 if the
 * kernel was interrupted; rflags.IF is the inverse of the event mask. Events are masked on entry.
 *
 * Invariant: the wedge's C code runs on the wedge's stack with events masked and is never re-entered:
 * a trap while `in_wedge` is set is a defect of the wedge and ends the guest.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>
#include "../entry.h"
#include "../entry_asm.h"
#include "selectors.h"

	.text

/* ---- in ---- */

	.macro trap_entry vector, has_error
	.globl xen_trap_\vector
xen_trap_\vector:
	cmpb $0, VCPU_AT(VCPU_IN_WEDGE)
	jne xen_trap_inside
	movq %rax, VCPU_REG(0)
	movq $\vector, VCPU_AT(VCPU_TRAP)
	.if \has_error
	movq 16(%rsp), %rax
	movq %rax, VCPU_AT(VCPU_TRAP_ERROR)
	leaq 24(%rsp), %rax
	.else
	movq $0, VCPU_AT(VCPU_TRAP_ERROR)
	leaq 16(%rsp), %rax
	.endif
	jmp xen_entry
	.endm

	trap_entries
	trap_entry 128, 0

/*
 * An event may interrupt backend_resume between unmasking and iretq. Then all registers are the
 * guest's already, and the guest's frame is on the wedge's stack, which the wedge is about to use
 * again. So the state is taken from that frame, as if the iretq had been executed.
 */
	.globl xen_event
xen_event:
	movq %rax, VCPU_REG(0)
	movq $ENTRY_EVENT, VCPU_AT(VCPU_TRAP)
	movq 16(%rsp), %rax
	subq $resume_unmasked, %rax
	cmpq $resume_unmasked_end - resume_unmasked, %rax
	leaq 16(%rsp), %rax
	jae xen_entry
	movq 40(%rsp), %rax
	andq $~3, 8(%rax)
	jmp xen_entry

/*
 * A system call of user code. The processor would put rip and rflags into rcx and r11, keep rsp,
 * clear the flags of SFMASK, load CS and SS as STAR says and jump to LSTAR (SDM 2B, SYSCALL). The
 * usual masks clear every flag that user code can have set, IF included: then `syscall_fast` is
 * set. Other masks are left to C.
 */
	.globl xen_syscall
xen_syscall:
	cmpb $0, VCPU_AT(VCPU_SYSCALL_FAST)
	je 1f
	incq VCPU_AT(COUNT_ENTERED_SYSCALL)
	movb $VCPU_GS_USER_STATE, VCPU_AT(VCPU_GS_STATE)
	movq VCPU_AT(VCPU_SYSCALL_CS), %rcx /* both selectors at once */
	movq %rcx, VCPU_AT(VCPU_KERNEL_CS)
	movq 16(%rsp), %rcx
	movq 32(%rsp), %r11
	pushq $X86_FLAGS_FIXED
	popfq
	movq 40(%rsp), %rsp
	jmpq *VCPU_AT(VCPU_LSTAR)
1:	movq %rax, VCPU_REG(0)
	movq $ENTRY_SYSCALL, VCPU_AT(VCPU_TRAP)
	leaq 16(%rsp), %rax
	jmp xen_entry

/* System calls of 32-bit code are rare, so C serves them. */
	.globl xen_syscall32
xen_syscall32:
	movq %rax, VCPU_REG(0)
	movq $ENTRY_SYSCALL32, VCPU_AT(VCPU_TRAP)
	leaq 16(%rsp), %rax
	jmp xen_entry

/*
 * Xen could not return as it was told. The frame: rcx, r11, ds, es, fs, gs, then as usual.
 *
 * Either it could not load a data selector after it had run another domain, since the descriptor is
 * gone meanwhile. A processor keeps what it has loaded (SDM 3A, 3.4.3); Xen has loaded null
 * selectors. It goes on with these, wherever it was, in the wedge, too: nothing of the vCPU may
 * change then. If events were not masked, as an event without a cause.
 *
 * Or the guest has returned to user code with a bad CS or SS.
 */
	.globl xen_failsafe
xen_failsafe:
	testb $3, 56(%rsp)
	jz 1f
	movq %rax, VCPU_REG(0)
	movl %ds, %eax
	cmpw %ax, 16(%rsp)
	jne 2f
	movl %es, %eax
	cmpw %ax, 24(%rsp)
	jne 2f
	movl %fs, %eax
	cmpw %ax, 32(%rsp)
	jne 2f
	movl %gs, %eax
	cmpw %ax, 40(%rsp)
	jne 2f
	movq $ENTRY_FAILSAFE, VCPU_AT(VCPU_TRAP)
	leaq 48(%rsp), %rax
	jmp xen_entry
1:	testb $X86_FLAGS_IF >> 8, 65(%rsp)
	jnz 3f
	movq (%rsp), %rcx
	movq 8(%rsp), %r11
	addq $48, %rsp
	orl $3, 8(%rsp)
	iretq
2:	movq VCPU_REG(0), %rax
3:	popq 24(%rsp)
	popq 24(%rsp)
	addq $16, %rsp
	jmp xen_event

/* rsp: the frame's rcx; rax: its rip. */
	.globl xen_entry
xen_entry:
	movq %rdi, VCPU_REG(7)
	movq (%rsp), %rdi
	movq %rdi, VCPU_REG(1)
	movq 8(%rsp), %rdi
	movq %rdi, VCPU_REG(11)
	movq (%rax), %rdi
	movq %rdi, VCPU_AT(VCPU_RIP)
	movzwl 8(%rax), %edi
	movq %rdi, VCPU_AT(VCPU_CS)
	movq 16(%rax), %rdi
	movq %rdi, VCPU_AT(VCPU_RFLAGS)
	movq 24(%rax), %rdi
	movq %rdi, VCPU_REG(4)
	movzwl 32(%rax), %edi
	movq %rdi, VCPU_AT(VCPU_SS)
	movq VCPU_REG(7), %rdi
	save_registers_but_rax_rcx_rsp_r11
	movq $1, VCPU_AT(VCPU_IN_WEDGE)
	movq $WEDGE_STACK_TOP, %rsp
	cld
	movq $WEDGE_VCPU_BASE, %rdi
	call xen_entered
	jmp backend_resume

xen_trap_inside:
	movq %rsp, %rdi
	movq $WEDGE_STACK_TOP - 0x2000, %rsp
	call xen_fault_inside

/* ---- out ---- */

/*
 * Returns to the guest as the vCPU describes it: to user code by a hypercall, to the kernel by a
 * plain iretq, which is thirty times cheaper.
 */
	.globl backend_resume
backend_resume:
	movq $WEDGE_STACK_TOP, %rsp
	testb $3, VCPU_AT(VCPU_CS)
	jnz resume_user
	pushq $KERNEL_SS
	pushq VCPU_REG(4)
	pushq VCPU_AT(VCPU_RFLAGS)
	pushq $KERNEL_CS
	pushq VCPU_AT(VCPU_RIP)
	restore_registers_but_rsp
	movq $0, VCPU_AT(VCPU_IN_WEDGE)
	testb $X86_FLAGS_IF >> 8, 17(%rsp)
	jz 2f
	movb $0, VCPU_AT(VCPU_MASKED)
resume_unmasked:
	cmpb $0, VCPU_AT(VCPU_PENDING)
	jne 1f
	iretq
1:	movb $1, VCPU_AT(VCPU_MASKED)
resume_unmasked_end:
	/* An event came while the wedge ran. The vCPU still holds the guest's state. */
	movq $1, VCPU_AT(VCPU_IN_WEDGE)
	movq $WEDGE_STACK_TOP, %rsp
	movq $WEDGE_VCPU_BASE, %rdi
	call xen_pending
	jmp backend_resume
2:	iretq

resume_user:
	pushq VCPU_AT(VCPU_SS)
	pushq VCPU_REG(4)
	pushq VCPU_AT(VCPU_RFLAGS)
	pushq VCPU_AT(VCPU_CS)
	pushq VCPU_AT(VCPU_RIP)
	pushq $0
	pushq VCPU_REG(1)
	pushq VCPU_REG(11)
	pushq VCPU_REG(0)
	restore_registers_but_rsp
	movq $0, VCPU_AT(VCPU_IN_WEDGE)
	movl $HYPERCALL_IRET, %eax
	incq VCPU_AT(COUNT_HYPERCALL_IRET)
	syscall

	.section .note.GNU-stack, "", @progbits
