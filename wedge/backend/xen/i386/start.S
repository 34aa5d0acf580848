/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.S - the first instruction on Xen, and the notes that tell Xen of it (public/elfnote.h).
 *
 * `afterburn pack` makes of VIRT_BASE, which names the image's own address, the one by which Xen maps
 * the packed file so that the wedge is where it is linked: so C runs from the start.
 */
#include <wedge/vcpu.h>
#include <xen/elfnote.h>
#include "../entry_asm.h"

	.section .text.start, "ax"
	.code32
	.globl xen_start
xen_start:
	cld
	/* Xen's stack is not in the wedge's own tables. */
	movl $boot_stack_end, %esp
	movl %esi, %eax
	call xen_boot
	movl $WEDGE_STACK_TOP, %esp
	movl $WEDGE_VCPU_BASE, %eax
	call xen_main
	jmp backend_resume

	.section .bss
	.balign 16
	.skip 4096
boot_stack_end:

	note XEN_ELFNOTE_GUEST_OS, .asciz "afterburn"
	note XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0"
	note XEN_ELFNOTE_LOADER, .asciz "generic"
	note XEN_ELFNOTE_PAE_MODE, .asciz "yes"
	note XEN_ELFNOTE_VIRT_BASE, .long WEDGE_BASE
	note XEN_ELFNOTE_PADDR_OFFSET, .long 0
	note XEN_ELFNOTE_HV_START_LOW, .long 0xf5800000 /* __HYPERVISOR_VIRT_START_PAE */
	note XEN_ELFNOTE_ENTRY, .long xen_start
	note XEN_ELFNOTE_MOD_START_PFN, .long 1
	/* XENFEAT_dom0: may be the first domain */
	note XEN_ELFNOTE_SUPPORTED_FEATURES, .long 1 << 11
	note XEN_ELFNOTE_L1_MFN_VALID, .quad 1, 1

	.section .note.GNU-stack, "", @progbits
