/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.S - the gates of a 64-bit kernel (gates.h). They run on the guest's stack, with the guest's
 * registers. Called, they jump to the back end's gate_site for what needs C.
 *
 * This code may be copied into a window: it is position independent except for the vCPU's address.
 *
 * Invariant: a gate changes exactly what the instruction changes. An interrupt may come at any place
 * here, so a gate keeps nothing in the vCPU between two instructions.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>

	.section .gates, "ax", @progbits

/*
 * sti, where no halt follows. The test is jrcxz, which changes no flags. If an event is pending, C
 * carries out the sti, so the interrupt's frame shows the kernel's registers.
 */
	.globl gate_sti
gate_sti:
	movb $0, VCPU_AT(VCPU_MASKED)
	pushq %rcx
	movzbl VCPU_AT(VCPU_PENDING), %ecx
	jrcxz 1f
	movb $1, VCPU_AT(VCPU_MASKED)
	popq %rcx
	jmp gate_site
1:	popq %rcx
	ret

/* sti in front of a halt: takes effect with the halt (SDM 2B, STI). */
	.globl gate_sti_halt
gate_sti_halt:
	movb $1, VCPU_AT(VCPU_STI_SHADOW)
	ret

/*
 * The same for kernels that call through the table: that call ends where the sti itself is, so the
 * gate returns one byte later. lea adds without changing flags.
 */
	.globl gate_sti_over
gate_sti_over:
	movb $0, VCPU_AT(VCPU_MASKED)
	pushq %rcx
	movzbl VCPU_AT(VCPU_PENDING), %ecx
	jrcxz 1f
	movb $1, VCPU_AT(VCPU_MASKED)
	popq %rcx
	jmp gate_site
	.globl gate_sti_halt_over
gate_sti_halt_over:
	movb $1, VCPU_AT(VCPU_STI_SHADOW)
	pushq %rcx
1:	movq 8(%rsp), %rcx
	leaq 1(%rcx), %rcx
	movq %rcx, 8(%rsp)
	popq %rcx
	ret

/*
 * pushf: the processor has pushed its flags, with IF set as always in ring 3. Stack: return address,
 * flags. Subtracting by lea clears the flag without changing others.
 */
	.globl gate_pushf
gate_pushf:
	pushq %rcx
	movzbl VCPU_AT(VCPU_MASKED), %ecx
	jrcxz 1f
	movq 16(%rsp), %rcx
	leaq -X86_FLAGS_IF(%rcx), %rcx
	movq %rcx, 16(%rsp)
1:	popq %rcx
	ret

/*
 * popf. Stack: return address, flags. The processor's own popf ignores IF and IOPL in ring 3 and does
 * the rest.
 */
	.globl gate_popf
gate_popf:
	testb $X86_FLAGS_IF >> 8, 9(%rsp)
	jz 1f
	movb $0, VCPU_AT(VCPU_MASKED)
	cmpb $0, VCPU_AT(VCPU_PENDING)
	jne 2f
	pushq 8(%rsp)
	popfq
	ret $8
1:	movb $1, VCPU_AT(VCPU_MASKED)
	pushq 8(%rsp)
	popfq
	ret $8
2:	movb $1, VCPU_AT(VCPU_MASKED)
	jmp gate_site

	.section .note.GNU-stack, "", @progbits
