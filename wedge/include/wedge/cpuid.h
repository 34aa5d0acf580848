/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpuid.h - the processor that the guest kernel is shown.
 *
 * Invariant: only features that wedge and platform provide are shown. User programs execute the
 * platform's CPUID, so the kernel is shown no instruction that they would lack.
 */
#ifndef WEDGE_CPUID_H
#define WEDGE_CPUID_H

#include <wedge/vcpu.h>

enum { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX };

/* Whether the guest kernel sees a feature: the column of features.def. */
enum cpuid_policy { CPUID_SHOWN, CPUID_LONG_MODE, CPUID_FORCED, CPUID_OWN, CPUID_HIDDEN };

/* What `cpuid` gives the guest kernel for a leaf and subleaf, in the order of the enum above. */
void cpuid_show(const struct vcpu *v, uint32_t leaf, uint32_t subleaf, uint32_t out[4]);

/* Bytes of extended state with these components (SDM 1, sections 13.4.2 and 13.4.3). */
uint32_t cpuid_xsave_size(uint64_t components, bool compacted);

#endif /* WEDGE_CPUID_H */
