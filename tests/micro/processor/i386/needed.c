/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * needed.c - what cpuid must show, and must not show, to an i386 kernel.
 *
 * Invariant: leaves and bits by SDM 2A, CPUID.
 */
#include "micro.h"

enum { EAX, EBX, ECX, EDX };

/* FPU, PSE, TSC, CX8, PGE, CMOV, FXSR, SSE, SSE2 */
#define LEAF1_EDX_NEEDED                                                                           \
	(1u << 0 | 1u << 3 | 1u << 4 | 1u << 8 | 1u << 13 | 1u << 15 | 1u << 24 | 1u << 25 |       \
	 1u << 26)

CHECK(cpuid_shows_what_kernels_need)
{
	expect(cpuid(0, 0).r[EAX] >= 1);
	expect_is(cpuid(1, 0).r[EDX] & LEAF1_EDX_NEEDED, LEAF1_EDX_NEEDED);
}

/* What the wedge cannot give must not be shown. */
CHECK(wedge_hides_what_it_lacks)
{
	if (!on_wedge())
		skip("this is no wedge");
	/* PAE, MCE, APIC, SEP, MTRR; MONITOR, VMX, PCID, x2APIC, TSC deadline */
	expect_is(cpuid(1, 0).r[EDX] & (1u << 6 | 1u << 7 | 1u << 9 | 1u << 11 | 1u << 12), 0);
	expect_is(cpuid(1, 0).r[ECX] & (1u << 3 | 1u << 5 | 1u << 17 | 1u << 21 | 1u << 24), 0);
	/* FSGSBASE, SMEP, INVPCID, SMAP; UMIP, PKU */
	expect_is(cpuid(7, 0).r[EBX] & (1u << 0 | 1u << 7 | 1u << 10 | 1u << 20), 0);
	expect_is(cpuid(7, 0).r[ECX] & (1u << 2 | 1u << 3), 0);
	/* SYSCALL, NX, RDTSCP, long mode; XSAVES */
	if (cpuid(0x80000000, 0).r[EAX] >= 0x80000001)
		expect_is(cpuid(0x80000001, 0).r[EDX] & (1u << 11 | 1u << 20 | 1u << 27 | 1u << 29),
			  0);
	if (cpuid(0, 0).r[EAX] >= 0xd)
		expect_is(cpuid(0xd, 1).r[EAX] & 1u << 3, 0);
}
