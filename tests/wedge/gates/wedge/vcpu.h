/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcpu.h - stands before the wedge's header of this name and moves the vCPU of the gates, and the
 * ramps, to addresses that a process can map.
 *
 * Invariant: only the addresses differ.
 */
#include_next <wedge/vcpu.h>

#undef WEDGE_VCPU_BASE
#define WEDGE_VCPU_BASE 0x10000000
#undef WEDGE_RAMPS
#define WEDGE_RAMPS 0x10100000
