/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.h - why Xen entered the wedge, beyond the processor's own vectors; for C and assembler.
 *
 * Invariant: all numbers are above 255, so none equals a vector.
 */
#ifndef WEDGE_BACKEND_XEN_ENTRY_H
#define WEDGE_BACKEND_XEN_ENTRY_H

#define ENTRY_EVENT	256
#define ENTRY_SYSCALL32 257
#define ENTRY_FAILSAFE	258
#define ENTRY_RETRY	259
#define ENTRY_SYSCALL	260

#define VCPU_GS_USER_STATE 0xff /* VCPU_GS_USER */

#endif /* WEDGE_BACKEND_XEN_ENTRY_H */
