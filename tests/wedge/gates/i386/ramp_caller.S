/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramp_caller.S - runs a rewritten site of a 32-bit kernel as 32-bit code, with every register and
 * flag chosen, up to where its gate leaves 32-bit code.
 *
 * Invariant: nothing between loading and the site changes a register or a flag. All of it lies below
 * 4 GiB.
 */
#include <wedge/x86.h>
#include <wedge/vcpu_asm.h>

#include "../caller_asm.h"

	.text

/* void run_site(struct run *run) */
	.globl run_site
run_site:
	push_own_registers
	enter_site_32 in32

/* The run ends. The stack is aligned for the call. */
	.code64
	.globl linux_ramp
linux_ramp:
	movq own_stack, %rsp
	pushq $X86_FLAGS_FIXED
	popfq
	subq $8, %rsp
	movl $WEDGE_VCPU_BASE, %edi
	call core_ramp
	addq $8, %rsp
	pop_own_registers
	ret

	words_of_run_32

	.section .note.GNU-stack, "", @progbits
