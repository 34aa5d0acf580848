/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * needed.c - what cpuid must show, and must not show, to an x86-64 kernel.
 *
 * Invariant: leaves and bits by SDM 2A, CPUID.
 */
#include "micro.h"

enum { EAX, EBX, ECX, EDX };

#define LEAF1_EDX_NEEDED                                                                           \
	(1u << 0 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 8 | 1u << 13 | 1u << 15 |         \
	 1u << 24 | 1u << 25 | 1u << 26)

CHECK(cpuid_shows_what_kernels_need)
{
	expect(cpuid(0, 0).r[EAX] >= 7);
	expect_is(cpuid(1, 0).r[EDX] & LEAF1_EDX_NEEDED, LEAF1_EDX_NEEDED);
	expect(cpuid(0x80000000, 0).r[EAX] >= 0x80000008);
	expect_is(cpuid(0x80000001, 0).r[EDX] & 0x20100800, 0x20100800);
	expect((cpuid(0x80000008, 0).r[EAX] >> 8 & 0xff) >= 48);
}

/* What the wedge cannot give must not be shown. */
CHECK(wedge_hides_what_it_lacks)
{
	if (!on_wedge())
		skip("this is no wedge");
	/* APIC, MTRR, MCE, SEP; x2APIC, TSC deadline, MONITOR, PCID, VMX */
	expect_is(cpuid(1, 0).r[EDX] & (1u << 9 | 1u << 12 | 1u << 7 | 1u << 11), 0);
	expect_is(cpuid(1, 0).r[ECX] & (1u << 21 | 1u << 24 | 1u << 3 | 1u << 17 | 1u << 5), 0);
	/* FSGSBASE, SMEP, INVPCID, SMAP; UMIP, PKU, LA57 */
	expect_is(cpuid(7, 0).r[EBX] & (1u << 0 | 1u << 7 | 1u << 10 | 1u << 20), 0);
	expect_is(cpuid(7, 0).r[ECX] & (1u << 2 | 1u << 3 | 1u << 16), 0);
	/* 1 GiB pages, RDTSCP; XSAVES */
	expect_is(cpuid(0x80000001, 0).r[EDX] & (1u << 26 | 1u << 27), 0);
	expect_is(cpuid(0xd, 1).r[EAX] & 1u << 3, 0);
	expect_is(cpuid(0x40000000, 0).r[EBX], 0);
}

static void invpcid(void *argument)
{
	__asm__ volatile("invpcid (%0), %1" : : "r"(argument), "r"(0ul) : "memory");
}

static void rdfsbase(void *argument)
{
	__asm__ volatile("rdfsbase %0" : "=r"(argument));
}

static void not_there(void (*code)(void *), bool shown)
{
	static word words[2];

	if (!shown)
		expect_fault(attempt(code, words), TRAP_UD, 0);
}

CHECK(hidden_64_bit_instructions_do_not_exist)
{
	not_there(invpcid, cpuid(7, 0).r[EBX] & 1u << 10);
	not_there(rdfsbase, read_cr4() & 1u << 16);
}
