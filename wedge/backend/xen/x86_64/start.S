/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.S - the first instruction on Xen, and the notes that tell Xen of it (public/elfnote.h).
 *
 * Xen maps the whole packed file at its physical addresses (VIRT_BASE 0) and enters at `xen_start`,
 * so the code up to xen_high runs far from where it is linked: it must be position independent.
 */
#include <wedge/vcpu.h>
#include <xen/elfnote.h>
#include "../entry_asm.h"

	.section .text.start, "ax"
	.globl xen_start
xen_start:
	cld
	movq %rsi, %rdi
	call xen_boot
	/* boot.c has loaded the final tables, which map this code at both addresses. */
	movabsq $xen_high, %rax
	jmpq *%rax

xen_high:
	movq $WEDGE_STACK_TOP, %rsp
	movq $WEDGE_VCPU_BASE, %rdi
	call xen_main
	jmp backend_resume

	note XEN_ELFNOTE_GUEST_OS, .asciz "afterburn"
	note XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0"
	note XEN_ELFNOTE_LOADER, .asciz "generic"
	note XEN_ELFNOTE_PAE_MODE, .asciz "yes"
	note XEN_ELFNOTE_VIRT_BASE, .quad 0
	note XEN_ELFNOTE_PADDR_OFFSET, .quad 0
	note XEN_ELFNOTE_ENTRY, .quad xen_start
	note XEN_ELFNOTE_MOD_START_PFN, .long 1
	/* XENFEAT_dom0: may be the first domain */
	note XEN_ELFNOTE_SUPPORTED_FEATURES, .long 1 << 11
	note XEN_ELFNOTE_L1_MFN_VALID, .quad 1, 1
	/*
	 * Xen reads the kernel's notes before these. Linux with CONFIG_XEN has one by which the
	 * domain's list of its pages would lie elsewhere than at its physical address. This value
	 * is Xen's for no such note.
	 */
	note XEN_ELFNOTE_INIT_P2M, .quad -1

	.section .note.GNU-stack, "", @progbits
