/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hypercall_raw.h - a call into the fake Xen (fake_xen.c).
 *
 * Invariant: declares what the real header of this name defines.
 */
#ifndef WEDGE_HYPERCALL_RAW_H
#define WEDGE_HYPERCALL_RAW_H

#include <stdint.h>
#include <xen/xen.h>

long hypercall_raw(unsigned long number, unsigned long a, unsigned long b, unsigned long c,
		   unsigned long d, unsigned long e);

static inline long hypercall_raw_timer(uint64_t deadline_ns)
{
	return hypercall_raw(__HYPERVISOR_set_timer_op, deadline_ns, 0, 0, 0, 0);
}

static inline long hypercall_raw_descriptor(uint64_t machine, uint64_t descriptor)
{
	return hypercall_raw(__HYPERVISOR_update_descriptor, machine, descriptor, 0, 0, 0);
}

/* Registers an entry of the guest's (public/callback.h). */
static inline unsigned long hypercall_callback(const char *address)
{
	return (unsigned long)address;
}

#endif /* WEDGE_HYPERCALL_RAW_H */
