/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * selectors.h - Xen's flat selectors, and its return to user code, for assembler files
 * (public/arch-x86/xen-x86_64.h).
 *
 * Invariant: constants alone.
 */
#ifndef WEDGE_BACKEND_XEN_X86_64_SELECTORS_H
#define WEDGE_BACKEND_XEN_X86_64_SELECTORS_H

#define KERNEL_CS      0xe033 /* FLAT_KERNEL_CS, and the RPL that ring 3 has */
#define KERNEL_SS      0xe02b
#define HYPERCALL_IRET 23

#endif /* WEDGE_BACKEND_XEN_X86_64_SELECTORS_H */
