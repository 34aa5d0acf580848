/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpuid.c - which of the platform's features the guest kernel sees (SDM 2A, CPUID).
 *
 * Invariant: masks list what is allowed, so a feature of tomorrow's processor is hidden until
 * somebody has looked at what it asks of a kernel in ring 3.
 */
#include <wedge/arch_traits.h>
#include <wedge/backend.h>
#include <wedge/cpuid.h>

#define BIT(n) (1u << (n))

enum {
	MAX_BASIC = 0xd,
	MAX_EXTENDED = 0x80000021,
	MAX_EXTENDED_SHOWN = 0x80000008, /* from the platform; the last is the wedge's own */

	/*
	 * Leaf 1 ECX. Hidden: DTES64, MONITOR, DS-CPL, VMX, SMX, EST, TM2, PDCM, PCID (a shadow has
	 * none), DCA, x2APIC, TSC deadline, and the hypervisor bit.
	 */
	LEAF1_ECX = BIT(0) | BIT(1) | BIT(9) | BIT(12) | BIT(13) | BIT(19) | BIT(20) | BIT(22) |
		    BIT(23) | BIT(25) | BIT(26) | BIT(28) | BIT(29) | BIT(30),
	LEAF1_ECX_OSXSAVE = BIT(27),
	/*
	 * Leaf 1 EDX. Hidden: VME, MCE, APIC, SEP, MTRR, MCA, PAT, PSN, DS, ACPI, SS, HTT, TM, PBE.
	 * Forced: PSE and PGE, which the shadow provides whatever the platform shows.
	 */
	LEAF1_EDX = BIT(0) | BIT(2) | BIT(4) | BIT(5) | BIT(6) | BIT(8) | BIT(15) | BIT(17) |
		    BIT(19) | BIT(23) | BIT(24) | BIT(25) | BIT(26),
	LEAF1_EDX_FORCED = BIT(3) | BIT(13),
	/* PAE and PSE-36: not for a kernel with two levels of page tables. */
	LEAF1_EDX_LONG_MODE = BIT(6) | BIT(17),

	/*
	 * Leaf 7. Hidden in EBX: FSGSBASE, TSC_ADJUST, SGX, SMEP, INVPCID, resource directors, MPX,
	 * SMAP, processor trace; in ECX: UMIP, protection keys, WAITPKG, shadow stacks, LA57, RDPID
	 * and all above; EDX: everything that asks for an MSR.
	 */
	LEAF7_EBX = BIT(3) | BIT(5) | BIT(8) | BIT(9) | BIT(16) | BIT(17) | BIT(18) | BIT(19) |
		    BIT(21) | BIT(23) | BIT(24) | BIT(26) | BIT(27) | BIT(28) | BIT(29) | BIT(30) |
		    BIT(31),
	LEAF7_ECX = BIT(1) | BIT(6) | BIT(8) | BIT(9) | BIT(10) | BIT(11) | BIT(12) | BIT(14),
	LEAF7_EDX = BIT(2) | BIT(3) | BIT(4) | BIT(8),

	/* Leaf 0xd subleaf 1: XSAVEOPT, XSAVEC, XGETBV with ECX=1; no XSAVES, no XFD. */
	LEAFD_EAX = BIT(0) | BIT(1) | BIT(2),

	/* 0x80000001. Hidden: SVM, extended APIC, IBS, watchdog, topology, counters, MWAITX. */
	EXT1_ECX = BIT(0) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | BIT(11) | BIT(16) | BIT(21),
	/* Only what is no copy of leaf 1: SYSCALL, NX, MMXEXT, FXSR options, LM; no 1 GiB pages,
	 * no RDTSCP (its AUX register is the hypervisor's). */
	EXT1_EDX_OWN = BIT(11) | BIT(20) | BIT(22) | BIT(25) | BIT(29),
	EXT1_EDX_LONG_MODE = BIT(11) | BIT(20) | BIT(29), /* SYSCALL, NX, LM */
	EXT1_EDX_COPIES = 0x0183f3ff, /* bits that AMD repeats from leaf 1 EDX */

	XSAVE_LEGACY_BYTES = 576, /* with the header */
	INVARIANT_TSC = BIT(8),
	/*
	 * 0x80000021 EAX (AMD's manual, volume 3, appendix E). A kernel that is not told of it, and
	 * finds itself on an AMD processor, loads GS twice at every change of process.
	 */
	NULL_CLEARS_BASE = BIT(6),
	ADDRESS_BITS_32 = 32,
	LINEAR_BITS = (ARCH_LONG_MODE ? 48 : ADDRESS_BITS_32) << 8,
};

/* What only a kernel in long mode is shown. */
static uint32_t hide_long_mode(uint32_t features, uint32_t of_long_mode)
{
	return ARCH_LONG_MODE ? features : features & ~of_long_mode;
}

static uint32_t physical_bits(uint32_t bits)
{
	return ARCH_LONG_MODE || bits < ADDRESS_BITS_32 ? bits : ADDRESS_BITS_32;
}

static void show_leaf1(const struct vcpu *v, uint32_t r[4])
{
	r[CPUID_EBX] &= 0x0000ff00; /* APIC number and count of logical processors: one, number 0 */
	r[CPUID_ECX] &= LEAF1_ECX;
	if (v->cr[4] & X86_CR4_OSXSAVE)
		r[CPUID_ECX] |= LEAF1_ECX_OSXSAVE;
	r[CPUID_EDX] =
		(r[CPUID_EDX] & hide_long_mode(LEAF1_EDX, LEAF1_EDX_LONG_MODE)) | LEAF1_EDX_FORCED;
}

static void show_structured(uint32_t subleaf, uint32_t r[4])
{
	r[CPUID_EAX] = 0;
	r[CPUID_EBX] &= subleaf ? 0 : LEAF7_EBX;
	r[CPUID_ECX] &= subleaf ? 0 : LEAF7_ECX;
	r[CPUID_EDX] &= subleaf ? 0 : LEAF7_EDX;
}

/* On some platforms the processor's own answer would be for what the platform has enabled. */
uint32_t cpuid_xsave_size(uint64_t components, bool compacted)
{
	uint32_t size = XSAVE_LEGACY_BYTES, part[4];

	for (uint32_t i = 2; i < 32; i++) {
		if (!(components >> i & 1))
			continue;
		backend_cpuid(0xd, i, part);
		if (!compacted)
			size = part[CPUID_EBX];
		else if (part[CPUID_ECX] & BIT(1))
			size = (size + 63) & ~63u;
		size += part[CPUID_EAX];
	}
	return size;
}

static void show_xsave(const struct vcpu *v, uint32_t subleaf, uint32_t r[4])
{
	if (subleaf > 1)
		return;
	r[CPUID_EBX] = cpuid_xsave_size(v->xcr0, subleaf == 1);
	if (subleaf == 0)
		return;
	r[CPUID_EAX] &= LEAFD_EAX;
	r[CPUID_ECX] = r[CPUID_EDX] = 0;
}

static void show_extended(uint32_t leaf, uint32_t r[4])
{
	uint32_t leaf1 = hide_long_mode(LEAF1_EDX, LEAF1_EDX_LONG_MODE) | LEAF1_EDX_FORCED;

	switch (leaf) {
	case 0x80000000:
		if (r[CPUID_EAX] >= MAX_EXTENDED_SHOWN)
			r[CPUID_EAX] = MAX_EXTENDED;
		break;
	case 0x80000001:
		r[CPUID_ECX] &= EXT1_ECX;
		r[CPUID_EDX] &= hide_long_mode(EXT1_EDX_OWN, EXT1_EDX_LONG_MODE) |
				(EXT1_EDX_COPIES & leaf1);
		break;
	case 0x80000007:
		r[CPUID_EAX] = r[CPUID_EBX] = r[CPUID_ECX] = 0;
		r[CPUID_EDX] &= INVARIANT_TSC;
		break;
	case 0x80000008:
		r[CPUID_EAX] = physical_bits(r[CPUID_EAX] & 0xff) | LINEAR_BITS;
		r[CPUID_EBX] = r[CPUID_ECX] = r[CPUID_EDX] = 0;
		break;
	}
}

void cpuid_show(const struct vcpu *v, uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	bool extended = leaf >= 0x80000000;

	if (leaf > (extended ? MAX_EXTENDED_SHOWN : MAX_BASIC)) {
		out[CPUID_EAX] = out[CPUID_EBX] = out[CPUID_ECX] = out[CPUID_EDX] = 0;
		if (leaf == MAX_EXTENDED && backend_null_clears_base())
			out[CPUID_EAX] = NULL_CLEARS_BASE;
		return;
	}
	backend_cpuid(leaf, subleaf, out);
	if (extended) {
		show_extended(leaf, out);
		return;
	}
	switch (leaf) {
	case 0:
		if (out[CPUID_EAX] > MAX_BASIC)
			out[CPUID_EAX] = MAX_BASIC;
		break;
	case 1:
		show_leaf1(v, out);
		break;
	case 4: /* caches, but no cores that share them */
		out[CPUID_EAX] &= 0x3fff;
		break;
	case 5:	  /* mwait */
	case 6:	  /* thermal */
	case 0xa: /* performance counters */
	case 0xb: /* topology */
		out[CPUID_EAX] = out[CPUID_EBX] = out[CPUID_ECX] = out[CPUID_EDX] = 0;
		break;
	case 7:
		show_structured(subleaf, out);
		break;
	case 0xd:
		show_xsave(v, subleaf, out);
		break;
	}
}
