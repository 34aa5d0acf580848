/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processor.c - processor state that L4 gives a thread.
 *
 * Invariant: nothing here promises the guest what L4 does not save and restore.
 */
#include <wedge/cpuid.h>
#include <wedge/log.h>
#include "l4.h"

enum {
	/* Leaf 1, ECX: FMA, XSAVE, OSXSAVE, AVX, F16C. */
	NEEDS_XSAVE = 1 << 12 | 1 << 26 | 1 << 27 | 1 << 28 | 1 << 29,
	LEAF_FEATURES = 7,
	LEAF_XSAVE = 0xd,
};

/*
 * CR0.TS is L4's, which switches the FPU itself. A guest that waits for #NM would mix contexts up:
 * refuse.
 */
void backend_load_cr0(struct vcpu *v)
{
	if (v->cr[0] & X86_CR0_TS)
		wedge_fatal("the kernel sets CR0.TS, which L4 does not let a program have (at %lx)",
			    (unsigned long)v->rip);
}

void backend_load_cr4(struct vcpu *v)
{
	(void)v;
}

/* L4 has no call for breakpoint registers. */
void backend_load_dr(struct vcpu *v, unsigned int index)
{
	(void)v;
	(void)index;
}

/* Only single steps come, since no breakpoint register is ever loaded (SDM 3B, DR6). */
void backend_debug_status(struct vcpu *v)
{
	v->dr[6] |= 1 << 14;
}

/* L4 saves what fxsave does. */
bool backend_load_xcr0(struct vcpu *v, uint64_t value)
{
	(void)v;
	(void)value;
	return false;
}

void backend_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	__asm__ volatile("cpuid"
			 : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
			 : "0"(leaf), "2"(subleaf));
	if (leaf == 1)
		out[CPUID_ECX] &= ~(uint32_t)NEEDS_XSAVE;
	if (leaf == LEAF_FEATURES || leaf == LEAF_XSAVE)
		out[0] = out[1] = out[2] = out[3] = 0;
}

bool backend_null_clears_base(void)
{
	return true;
}
