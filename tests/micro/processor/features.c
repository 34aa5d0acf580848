/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * features.c - cpuid is consistent: what it shows works, what it hides is not there.
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

CHECK(cpuid_follows_osxsave)
{
	uint64_t before = read_cr4();

	if (!(cpuid(1, 0).r[ECX] & 1u << 26))
		skip("no XSAVE here");
	write_cr4(before | CR4_OSXSAVE);
	expect(cpuid(1, 0).r[ECX] & 1u << 27);
	write_cr4(before & ~CR4_OSXSAVE);
	expect(!(cpuid(1, 0).r[ECX] & 1u << 27));
	write_cr4(before);
}

/* What the wedge cannot give must not be shown. */
CHECK(wedge_hides_what_it_lacks)
{
	if (!option_is("platform", "xen-dom0"))
		skip("this is no wedge");
	/* APIC, MTRR, MCE, SEP; x2APIC, TSC deadline, MONITOR, PCID, VMX, the hypervisor bit */
	expect_is(cpuid(1, 0).r[EDX] & (1u << 9 | 1u << 12 | 1u << 7 | 1u << 11), 0);
	expect_is(cpuid(1, 0).r[ECX] &
			  (1u << 21 | 1u << 24 | 1u << 3 | 1u << 17 | 1u << 5 | 1u << 31),
		  0);
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

static void monitor(void *argument)
{
	__asm__ volatile("monitor" : : "a"(argument), "c"(0), "d"(0));
}

static void clac(void *argument)
{
	(void)argument;
	__asm__ volatile("clac");
}

static void rdfsbase(void *argument)
{
	__asm__ volatile("rdfsbase %0" : "=r"(argument));
}

static void hidden(void (*code)(void *), bool shown)
{
	static uint64_t words[2];
	struct fault f;

	if (shown)
		return;
	f = attempt(code, words);
	expect_fault(f, TRAP_UD, 0);
}

CHECK(hidden_instructions_do_not_exist)
{
	hidden(invpcid, cpuid(7, 0).r[EBX] & 1u << 10);
	hidden(monitor, cpuid(1, 0).r[ECX] & 1u << 3);
	hidden(clac, cpuid(7, 0).r[EBX] & 1u << 20);
	hidden(rdfsbase, read_cr4() & 1u << 16);
}

/* Bits of CR4 go with what cpuid shows. */
static void set_bit(void *bit)
{
	write_cr4(read_cr4() | (uint64_t)bit);
}

static void goes_with(uint64_t bit, bool shown)
{
	uint64_t before = read_cr4();
	struct fault f = attempt(set_bit, (void *)bit);

	write_cr4(before);
	if (f.hit == shown)
		fail("CR4 bit %lx: %s, but cpuid says %s", bit, f.hit ? "refused" : "taken",
		     shown ? "yes" : "no");
}

CHECK(cr4_goes_with_cpuid)
{
	if (option_is("platform", "bare"))
		skip("this QEMU hangs at a bit that it refuses");
	goes_with(1ul << 16, cpuid(7, 0).r[EBX] & 1u << 0);
	goes_with(1ul << 17, cpuid(1, 0).r[ECX] & 1u << 17);
	goes_with(1ul << 20, cpuid(7, 0).r[EBX] & 1u << 7);
	goes_with(1ul << 21, cpuid(7, 0).r[EBX] & 1u << 20);
}
