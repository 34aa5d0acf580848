/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leave_asm.h - what the assembler files of a 32-bit guest share on its way out to user code.
 *
 * Invariant: user code is entered with interrupts on, or by C or Xen.
 */
#ifndef WEDGE_BACKEND_XEN_I386_LEAVE_ASM_H
#define WEDGE_BACKEND_XEN_I386_LEAVE_ASM_H

/* clang-format off */

/* A selector that the guest sees, and one with which C has resumed user code last. */
#define SELECTOR(sreg) VCPU_SELECTOR + 4 * sreg
#define RETURN_SELECTOR(sreg) VCPU_RETURN_SELECTOR + 4 * sreg

/* To user code by the frame at ESP; goes on behind if that has interrupts off, or VM. EAX is saved. */
.macro leave_if_flags_allow
	movl 8(%esp), %eax
	andl $X86_FLAGS_IF | X86_FLAGS_VM, %eax
	cmpl $X86_FLAGS_IF, %eax
	je xen_leave
.endm

#endif /* WEDGE_BACKEND_XEN_I386_LEAVE_ASM_H */
