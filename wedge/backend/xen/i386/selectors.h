/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * selectors.h - the selectors of a 32-bit wedge, for C and assembler: Xen's flat ones
 * (public/arch-x86/xen-x86_32.h), and two of the wedge's own at the end of its copy of the guest's
 * GDT (descriptors.c), with the bases that FS and GS have for the guest's kernel.
 *
 * Invariant: constants alone.
 */
#ifndef WEDGE_BACKEND_XEN_I386_SELECTORS_H
#define WEDGE_BACKEND_XEN_I386_SELECTORS_H

#define KERNEL_CS 0xe019 /* FLAT_RING1_CS */
#define KERNEL_DS 0xe021 /* FLAT_RING1_DS */

#define KERNEL_FS_INDEX 510
#define KERNEL_GS_INDEX 511
#define KERNEL_FS	(KERNEL_FS_INDEX * 8 + 1)
#define KERNEL_GS	(KERNEL_GS_INDEX * 8 + 1)

#define HYPERCALL_IRET	 23
#define HYPERCALL_VECTOR 0x82

#endif /* WEDGE_BACKEND_XEN_I386_SELECTORS_H */
