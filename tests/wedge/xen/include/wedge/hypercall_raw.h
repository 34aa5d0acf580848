/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hypercall_raw.h - a call into the fake Xen (fake_xen.c).
 *
 * Invariant: declares what the real header of this name defines.
 */
#ifndef WEDGE_HYPERCALL_RAW_H
#define WEDGE_HYPERCALL_RAW_H

long hypercall_raw(unsigned long number, unsigned long a, unsigned long b, unsigned long c,
		   unsigned long d, unsigned long e);

#endif /* WEDGE_HYPERCALL_RAW_H */
