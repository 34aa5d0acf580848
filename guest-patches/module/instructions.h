/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instructions.h - sensitive instructions as functions. The kernel's own have had other names and
 * headers in each few versions.
 *
 * Invariant: each executes exactly the instruction of its name.
 */
#ifndef INSTRUCTIONS_H
#define INSTRUCTIONS_H

#include <linux/types.h>

static inline u64 guest_rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (u64)high << 32 | low;
}

static inline void guest_wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

/* EAX, EBX, ECX and EDX of a leaf without subleaves. */
struct guest_leaf {
	u32 eax, ebx, ecx, edx;
};

static inline struct guest_leaf guest_cpuid(u32 leaf)
{
	struct guest_leaf r;

	asm volatile("cpuid"
		     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
		     : "a"(leaf), "c"(0));
	return r;
}

#endif
