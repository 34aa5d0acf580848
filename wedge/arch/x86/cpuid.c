/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpuid.c - which of the platform's features the guest kernel sees (SDM 2A, CPUID).
 *
 * Invariant: only lines of features.def decide which features are shown.
 */
#include <wedge/arch_traits.h>
#include <wedge/backend.h>
#include <wedge/cpuid.h>

enum {
	MAX_BASIC = 0xd,
	MAX_EXTENDED = 0x80000021,
	MAX_EXTENDED_SHOWN = 0x80000008, /* from the platform; MAX_EXTENDED is the wedge's */

	/*
	 * Leaf 1 EBX: the line size of clflush; APIC number and count of logical processors are 0.
	 */
	LEAF1_EBX = 0x0000ff00,
	/* Leaf 4 EAX: the caches, without the counts of cores that share them. */
	LEAF4_EAX = 0x3fff,
	/* 0x80000001 EDX: the bits that AMD repeats from leaf 1 EDX. */
	EXTENDED_COPIES = 0x0183f3ff,

	XSAVE_LEGACY_BYTES = 576, /* with the header */
	XSAVE_ALIGNED = 2,	  /* leaf 0xd ECX: aligned to 64 bytes in the compacted form */
	ADDRESS_BITS_32 = 32,
	LINEAR_BITS = (ARCH_LONG_MODE ? 48 : ADDRESS_BITS_32) << 8,
};

/* The bits of a register with one of the policies: a constant, for constant arguments. */
static inline __attribute__((always_inline)) uint32_t
features(uint32_t leaf, uint32_t subleaf, unsigned int reg, enum cpuid_policy policy)
{
	uint32_t bits = 0;

#define FEATURE(name_, leaf_, subleaf_, register_, bit_, policy_, why_)                            \
	if (leaf == (leaf_) && subleaf == (subleaf_) && reg == CPUID_##register_ &&                \
	    policy == CPUID_##policy_)                                                             \
		bits |= 1u << (bit_);
#include <wedge/features.def>
	return bits;
}

/* The bits that are shown as the platform shows them. */
static inline __attribute__((always_inline)) uint32_t shown(uint32_t leaf, uint32_t subleaf,
							    unsigned int reg)
{
	return features(leaf, subleaf, reg, CPUID_SHOWN) |
	       (ARCH_LONG_MODE ? features(leaf, subleaf, reg, CPUID_LONG_MODE) : 0);
}

static uint32_t physical_bits(uint32_t bits)
{
	return ARCH_LONG_MODE || bits < ADDRESS_BITS_32 ? bits : ADDRESS_BITS_32;
}

static void show_leaf1(const struct vcpu *v, uint32_t r[4])
{
	r[CPUID_EBX] &= LEAF1_EBX;
	r[CPUID_ECX] &= shown(1, 0, CPUID_ECX);
	r[CPUID_ECX] |= features(1, 0, CPUID_ECX, CPUID_FORCED);
	if (v->cr[4] & X86_CR4_OSXSAVE)
		r[CPUID_ECX] |= features(1, 0, CPUID_ECX, CPUID_OWN);
	r[CPUID_EDX] &= shown(1, 0, CPUID_EDX);
	r[CPUID_EDX] |= features(1, 0, CPUID_EDX, CPUID_FORCED);
}

static void show_structured(uint32_t subleaf, uint32_t r[4])
{
	r[CPUID_EAX] = 0;
	r[CPUID_EBX] &= subleaf ? 0 : shown(7, 0, CPUID_EBX);
	r[CPUID_ECX] &= subleaf ? 0 : shown(7, 0, CPUID_ECX);
	r[CPUID_EDX] &= subleaf ? 0 : shown(7, 0, CPUID_EDX);
	r[CPUID_EDX] |= subleaf ? 0 : features(7, 0, CPUID_EDX, CPUID_FORCED);
}

/* Not the processor's own answer: that is for the components that the host or Xen has enabled. */
uint32_t cpuid_xsave_size(uint64_t components, bool compacted)
{
	uint32_t size = XSAVE_LEGACY_BYTES, part[4];

	for (uint32_t i = 2; i < 32; i++) {
		if (!(components >> i & 1))
			continue;
		backend_cpuid(0xd, i, part);
		if (!compacted)
			size = part[CPUID_EBX];
		else if (part[CPUID_ECX] & XSAVE_ALIGNED)
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
	r[CPUID_EAX] &= shown(0xd, 1, CPUID_EAX);
	r[CPUID_ECX] = r[CPUID_EDX] = 0;
}

static void show_extended(uint32_t leaf, uint32_t r[4])
{
	uint32_t leaf1 = shown(1, 0, CPUID_EDX) | features(1, 0, CPUID_EDX, CPUID_FORCED);

	switch (leaf) {
	case 0x80000000:
		if (r[CPUID_EAX] >= MAX_EXTENDED_SHOWN)
			r[CPUID_EAX] = MAX_EXTENDED;
		break;
	case 0x80000001:
		r[CPUID_ECX] &= shown(0x80000001, 0, CPUID_ECX);
		r[CPUID_EDX] &= shown(0x80000001, 0, CPUID_EDX) | (EXTENDED_COPIES & leaf1);
		break;
	case 0x80000007:
		r[CPUID_EAX] = r[CPUID_EBX] = r[CPUID_ECX] = 0;
		r[CPUID_EDX] &= shown(0x80000007, 0, CPUID_EDX);
		break;
	case 0x80000008:
		r[CPUID_EAX] = physical_bits(r[CPUID_EAX] & 0xff) | LINEAR_BITS;
		r[CPUID_EBX] &= shown(0x80000008, 0, CPUID_EBX);
		r[CPUID_ECX] = r[CPUID_EDX] = 0;
		break;
	}
}

/*
 * The last extended leaf is there on every platform, for what the wedge itself says in it. A
 * processor that has no such leaf answers with another's bits (SDM 2A, CPUID).
 */
static void show_last_extended(uint32_t r[4])
{
	uint32_t mask = 0;

	backend_cpuid(0x80000000, 0, r);
	if (r[CPUID_EAX] >= MAX_EXTENDED)
		mask = shown(MAX_EXTENDED, 0, CPUID_EAX);
	backend_cpuid(MAX_EXTENDED, 0, r);
	r[CPUID_EAX] &= mask;
	if (backend_null_clears_base())
		r[CPUID_EAX] |= features(MAX_EXTENDED, 0, CPUID_EAX, CPUID_OWN);
	r[CPUID_ECX] = features(MAX_EXTENDED, 0, CPUID_ECX, CPUID_FORCED);
	r[CPUID_EBX] = r[CPUID_EDX] = 0;
}

void cpuid_show(const struct vcpu *v, uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	bool extended = leaf >= 0x80000000;

	if (leaf == MAX_EXTENDED) {
		show_last_extended(out);
		return;
	}
	if (leaf > (extended ? MAX_EXTENDED_SHOWN : MAX_BASIC)) {
		out[CPUID_EAX] = out[CPUID_EBX] = out[CPUID_ECX] = out[CPUID_EDX] = 0;
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
	case 4:
		out[CPUID_EAX] &= LEAF4_EAX;
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
