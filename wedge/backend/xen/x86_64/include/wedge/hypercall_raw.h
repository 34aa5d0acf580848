/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hypercall_raw.h - one call into Xen (public/xen.h, arch-x86/xen-x86_64.h): number in rax,
 * arguments in rdi, rsi, rdx, r10, r8; `syscall`; result in rax. rcx and r11 are lost.
 *
 * No hypercall page is used: it would only hold this same instruction, behind a call.
 *
 * The build chooses this header, so unit tests can put a model of Xen in its place.
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
	register unsigned long r10 __asm__("r10") = d;
	register unsigned long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8)
			 : "0"(number)
			 : "rcx", "r11", "memory");
	return result;
}

static inline long hypercall_raw_map(uintptr_t va, uint64_t entry, unsigned long flags)
{
	return hypercall_raw(__HYPERVISOR_update_va_mapping, va, entry, flags, 0, 0);
}

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
