/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcpu.h - stands before the wedge's header of this name and moves the vCPU of the gates to an
 * address that a process can map.
 *
 * Invariant: only the address differs.
 */
#include_next <wedge/vcpu.h>

#undef WEDGE_VCPU_BASE
#define WEDGE_VCPU_BASE 0x10000000
