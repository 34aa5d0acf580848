/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.S - the wedge's side of the gates: from guest code onto the wedge's stack, and back.
 *
 * The gates of a width (WIDTH/gates.S) have saved the guest's registers in the vCPU. The way back is
 * an iretq to the host's code selector for guest code of that width. The real interrupt flag is always
 * set in ring 3; the guest's is the inverse of the vCPU's `masked`.
 *
 * Invariant: the wedge's C code runs on the wedge's stack with `in_wedge` set and is never re-entered.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>
#include "linux.h"

#define V(offset) (offset)(%rbp)
#define R(n) (VCPU_GPR + 8 * (n))(%rbp)

	.section .text.start, "ax"
	.globl linux_entry
linux_entry:
	jmp linux_start

	.text

	/*
	 * The wedge's stack; the vCPU in rbp. Only registers that are saved are changed. Of the kernel's
	 * flags, the wedge must have neither DF nor NT, with which its iretq would fault.
	 */
	.macro enter_wedge
	movabs $LINUX_STACK_TOP, %rsp
	movl $WEDGE_VCPU_BASE, %ebp
	movq $1, V(VCPU_IN_WEDGE)
	pushq $X86_FLAGS_FIXED
	popfq
	movq %rbp, %rdi
	.endm

	.macro kernel_state
	movq $0, V(VCPU_CS)
	movq $0, V(VCPU_SS)
	.endm

	.macro correct_flags
	testb $1, V(VCPU_WAS_MASKED)
	jz 1f
	andq $~X86_FLAGS_IF, V(VCPU_RFLAGS)
1:
	.endm

	.macro entry name, function
	.globl \name
\name:
	enter_wedge
	kernel_state
	correct_flags
	call \function
	jmp linux_resume
	.endm

	entry linux_ramp, core_ramp
	entry linux_site, core_site
	entry linux_iret, linux_interrupt_return

/* From signal handlers (signals.c); the vCPU holds the guest's state. rdi: the vCPU */
	.globl linux_enter_trap
linux_enter_trap:
	enter_wedge
	call linux_trapped
	jmp linux_resume

	.globl linux_enter_event
linux_enter_event:
	enter_wedge

/*
 * Back to the guest. linux_leave() runs user code until it is the kernel's turn. Between unmasking
 * and iretq a signal finds all of the guest's state still in the vCPU, and starts over.
 */
	.globl linux_resume
linux_resume:
	enter_wedge
	call linux_leave
	pushq $HOST_DS
	pushq R(4)
	movq V(VCPU_RFLAGS), %rax
	andl $~(X86_FLAGS_NT | X86_FLAGS_VM | X86_FLAGS_IOPL), %eax
	pushq %rax
	pushq $LINUX_KERNEL_CS
	pushq V(VCPU_RIP)
	testl $X86_FLAGS_IF, V(VCPU_RFLAGS)
	jz 2f
	movb $0, V(VCPU_MASKED)
	.globl resume_unmasked
resume_unmasked:
	cmpb $0, V(VCPU_PENDING)
	jne 3f
2:	movq R(0), %rax
	movq R(1), %rcx
	movq R(2), %rdx
	movq R(3), %rbx
	movq R(6), %rsi
	movq R(7), %rdi
	movq R(8), %r8
	movq R(9), %r9
	movq R(10), %r10
	movq R(11), %r11
	movq R(12), %r12
	movq R(13), %r13
	movq R(14), %r14
	movq R(15), %r15
	movq $0, V(VCPU_IN_WEDGE)
	movq R(5), %rbp
	iretq
3:	movb $1, V(VCPU_MASKED)
	.globl resume_unmasked_end
resume_unmasked_end:
	jmp linux_resume

/*
 * linux_wait: a system call that blocks, unless something is pending. A signal that comes between the
 * test and the system call finds the program counter in this range and moves it to the abort.
 */
	.globl linux_wait, linux_wait_begin, linux_wait_end, linux_wait_abort
linux_wait:
	movq %rdi, %rax
	movq %rsi, %rdi
	movq %rdx, %rsi
	movq %rcx, %rdx
	movq %r8, %r10
	movl $WEDGE_VCPU_BASE, %r9d
	xorl %r8d, %r8d
linux_wait_begin:
	cmpb $0, VCPU_PENDING(%r9)
	jne linux_wait_abort
	syscall
linux_wait_end:
	ret
linux_wait_abort:
	movq $-4, %rax /* EINTR */
	ret

/*
 * linux_xrstor: rdi the area, rsi the mask. What a user process left there may be malformed (#GP):
 * the signal handler then goes on at xrstor_failed.
 */
	.globl linux_xrstor, xrstor_insn, xrstor_failed
linux_xrstor:
	movl %esi, %eax
	movq %rsi, %rdx
	shrq $32, %rdx
xrstor_insn:
	xrstor64 (%rdi)
	movl $1, %eax
	ret
xrstor_failed:
	xorl %eax, %eax
	ret

/* Behind a signal handler that returns. */
	.globl signal_return
signal_return:
	movl $15, %eax
	syscall

	.section .note.GNU-stack, "", @progbits
