/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hypercall_raw.h - one call into Xen (public/xen.h, arch-x86/xen-x86_32.h): number in eax,
 * arguments in ebx, ecx, edx, esi, edi; `int $0x82`; result in eax. A number of 64 bits takes two
 * arguments.
 *
 * No hypercall page is used: it would only hold this same instruction, behind a call.
 *
 * Invariant: each function makes one hypercall, and counts nothing.
 */
#ifndef WEDGE_HYPERCALL_RAW_H
#define WEDGE_HYPERCALL_RAW_H

#include <stdint.h>
#include <xen/xen.h>

/* Makes a hypercall without counting it: for code that runs without a usable vCPU. */
static inline long hypercall_raw(unsigned long number, unsigned long a, unsigned long b,
				 unsigned long c, unsigned long d, unsigned long e)
{
	long result;

	__asm__ volatile("int $0x82"
			 : "=a"(result), "+b"(a), "+c"(b), "+d"(c), "+S"(d), "+D"(e)
			 : "0"(number)
			 : "memory");
	return result;
}

static inline long hypercall_raw_map(uintptr_t va, uint64_t entry, unsigned long flags)
{
	return hypercall_raw(__HYPERVISOR_update_va_mapping, va, (unsigned long)entry,
			     (unsigned long)(entry >> 32), flags, 0);
}

static inline long hypercall_raw_timer(uint64_t deadline_ns)
{
	return hypercall_raw(__HYPERVISOR_set_timer_op, (unsigned long)deadline_ns,
			     (unsigned long)(deadline_ns >> 32), 0, 0, 0);
}

static inline long hypercall_raw_descriptor(uint64_t machine, uint64_t descriptor)
{
	return hypercall_raw(__HYPERVISOR_update_descriptor, (unsigned long)machine,
			     (unsigned long)(machine >> 32), (unsigned long)descriptor,
			     (unsigned long)(descriptor >> 32), 0);
}

/* Registers an entry of the guest's (public/callback.h). */
static inline struct xen_callback hypercall_callback(const char *address)
{
	return (struct xen_callback){.cs = FLAT_KERNEL_CS, .eip = (unsigned long)address};
}

#endif /* WEDGE_HYPERCALL_RAW_H */
