/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * features.c - cpuid is consistent: what it shows works, what it hides is not there.
 *
 * Invariant: leaves and bits by SDM 2A, CPUID.
 */
#include "micro.h"

enum { EAX, EBX, ECX, EDX };

CHECK(cpuid_follows_osxsave)
{
	word before = read_cr4();

	if (!(cpuid(1, 0).r[ECX] & 1u << 26))
		skip("no XSAVE here");
	write_cr4(before | CR4_OSXSAVE);
	expect(cpuid(1, 0).r[ECX] & 1u << 27);
	write_cr4(before & ~CR4_OSXSAVE);
	expect(!(cpuid(1, 0).r[ECX] & 1u << 27));
	write_cr4(before);
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

static void hidden(void (*code)(void *), bool shown)
{
	static word words[2];
	struct fault f;

	if (shown)
		return;
	f = attempt(code, words);
	expect_fault(f, TRAP_UD, 0);
}

CHECK(hidden_instructions_do_not_exist)
{
	hidden(monitor, cpuid(1, 0).r[ECX] & 1u << 3);
	hidden(clac, cpuid(7, 0).r[EBX] & 1u << 20);
}

/* Bits of CR4 go with what cpuid shows. */
static void set_bit(void *bit)
{
	write_cr4(read_cr4() | (word)bit);
}

static void goes_with(word bit, bool shown)
{
	word before = read_cr4();
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

/* MSRs that CPUID promises are there, and no others (SDM 4, table 2-2). */
static void read_msr(void *msr)
{
	rdmsr((uint32_t)(word)msr);
}

static void msr_goes_with(uint32_t msr, bool shown)
{
	struct fault f = attempt(read_msr, (void *)(word)msr);

	if (f.hit == shown)
		fail("MSR %x: %s, but cpuid says %s", msr, f.hit ? "refused" : "read",
		     shown ? "yes" : "no");
}

CHECK(msrs_go_with_cpuid)
{
	uint32_t features = cpuid(7, 0).r[EDX];

	if (!on_wedge())
		skip("this QEMU has every MSR");
	msr_goes_with(0x48, features & (1u << 26 | 1u << 27 | 1u << 31));
	msr_goes_with(0xcf, features & 1u << 30);
	msr_goes_with(0x10a, features & 1u << 29);
	msr_goes_with(0x3b, cpuid(7, 0).r[EBX] & 1u << 1);
}

/* The hypervisor is told of, and no interface of it (the leaf is reserved for that, SDM 2A, CPUID).
 */
CHECK(no_hypervisor_is_named)
{
	struct cpuid name;

	if (!on_wedge())
		skip("QEMU names itself");
	expect(cpuid(1, 0).r[ECX] & 1u << 31);
	name = cpuid(0x40000000, 0);
	expect_is(name.r[EAX], 0);
	expect_is(name.r[EBX], 0);
	expect_is(name.r[ECX], 0);
	expect_is(name.r[EDX], 0);
}
