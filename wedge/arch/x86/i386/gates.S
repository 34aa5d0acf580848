/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.S - the gates of a 32-bit kernel (gates.h). They run on the guest's stack, with the guest's
 * registers. Called, they jump to the back end's gate_site for what needs C.
 *
 * This is 32-bit code that is copied into the window: position independent except for the vCPU's
 * address.
 *
 * Invariant: a gate changes exactly what the instruction changes. An interrupt may come at any
 * place here, so a gate keeps nothing in the vCPU between two instructions.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>

	.section .gates, "ax", @progbits
	.code32

/*
 * sti, where no halt follows. The test is jecxz, which changes no flags. If an event is pending, C
 * carries out the sti, so the interrupt's frame shows the kernel's registers.
 */
	.balign 16
	.globl gate_sti
gate_sti:
	movb $0, VCPU_AT(VCPU_MASKED)
	pushl %ecx
	movzbl VCPU_AT(VCPU_PENDING), %ecx
	jecxz 1f
	movb $1, VCPU_AT(VCPU_MASKED)
	popl %ecx
	jmp gate_site
1:	popl %ecx
	ret

/* sti in front of a halt: takes effect with the halt (SDM 2B, STI). */
	.balign 16
	.globl gate_sti_halt
gate_sti_halt:
	movb $1, VCPU_AT(VCPU_STI_SHADOW)
	ret

/*
 * pushf: the processor has pushed its flags, with IF set as always in ring 3. Stack: return address,
 * flags. Subtracting by lea clears the flag without changing others.
 */
	.balign 16
	.globl gate_pushf
gate_pushf:
	pushl %ecx
	movzbl VCPU_AT(VCPU_MASKED), %ecx
	jecxz 1f
	movl 8(%esp), %ecx
	leal -X86_FLAGS_IF(%ecx), %ecx
	movl %ecx, 8(%esp)
1:	popl %ecx
	ret

/*
 * popf. Stack: return address, flags. The gate clears flags that ring 3 must not have; the
 * processor's own popf, which ignores IF and IOPL in ring 3, loads the rest.
 */
	.balign 16
	.globl gate_popf
gate_popf:
	testb $X86_FLAGS_IF >> 8, 5(%esp)
	jz 1f
	movb $0, VCPU_AT(VCPU_MASKED)
	cmpb $0, VCPU_AT(VCPU_PENDING)
	jne 2f
	andl $~ARCH_FLAGS_NOT_FOR_RING_3, 4(%esp)
	pushl 4(%esp)
	popfl
	ret $4
1:	movb $1, VCPU_AT(VCPU_MASKED)
	andl $~ARCH_FLAGS_NOT_FOR_RING_3, 4(%esp)
	pushl 4(%esp)
	popfl
	ret $4
2:	movb $1, VCPU_AT(VCPU_MASKED)
	jmp gate_site

/*
 * Segment registers. Stack: return address, the value, which the instruction pops, or which the
 * site has pushed from the mov's register. If C remembers the selector as good, the gate only notes
 * it. Flags stay: not and lea subtract, jecxz tests the difference.
 */
	.macro if_equal field, label
	movl VCPU_AT(\field), %ecx
	notl %ecx
	leal 1(%eax, %ecx), %ecx
	jecxz \label
	.endm

/* Loads the value into %eax; %eax and %ecx are saved below the return address. */
	.macro begin_load
	pushl %eax
	pushl %ecx
	movzwl 12(%esp), %eax
	.endm

	.macro end_load sreg
	movl %eax, VCPU_AT(VCPU_SELECTOR + 4 * \sreg)
	popl %ecx
	popl %eax
	ret $4
	.endm

/*
 * Enters C with the stack as the instruction found it. For a mov the pushed value is dropped, and
 * the return address goes back by one byte, as if the call were at the site's start.
 */
	.macro leave_to_c moved
	popl %ecx
	.if \moved
	movl 4(%esp), %eax
	leal -1(%eax), %eax
	movl %eax, 8(%esp)
	popl %eax
	leal 4(%esp), %esp
	.else
	popl %eax
	.endif
	jmp gate_site
	.endm

	.macro data_gate name, sreg, moved
	.balign 16
	.globl \name
\name:
	begin_load
	if_equal VCPU_FLAT_SELECTOR, 1f
	if_equal VCPU_FLAT_SELECTOR + 4, 1f
	leave_to_c \moved
1:	end_load \sreg
	.endm

	data_gate gate_mov_es, X86_ES, 1
	data_gate gate_mov_ds, X86_DS, 1
	data_gate gate_pop_es, X86_ES, 0
	data_gate gate_pop_ds, X86_DS, 0

/*
 * FS keeps the base that it has for the kernel. A null selector, which i386 user code has there,
 * has no base: nothing uses the base until the kernel loads another selector.
 */
	.macro fs_gate name, moved
	.balign 16
	.globl \name
\name:
	begin_load
	if_equal VCPU_FS_SELECTOR, 1f
	movl %eax, %ecx
	jecxz 1f
	leave_to_c \moved
1:	end_load X86_FS
	.endm

	fs_gate gate_mov_fs, 1
	fs_gate gate_pop_fs, 0

	.section .note.GNU-stack, "", @progbits
