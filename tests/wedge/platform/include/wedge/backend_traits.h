/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - the traits of the example platform: the wedge is where Xen's is, the vCPU
 * where an ordinary process can map a page.
 *
 * Invariant: names exactly the traits that real back ends have.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

#include <stdint.h>

#define WEDGE_BASE  0xffffffffffe00000
#define WEDGE_SIZE  0x200000
#define WEDGE_RAMPS 0xffffffffffe80000

#define WEDGE_VCPU_BASE	  0x10000000
#define WEDGE_VCPU_PAGES  2
#define WEDGE_STACK_PAGES 4

#define BACKEND_SELECTORS_ARE_REAL     1
#define BACKEND_FPU_IS_ONE	       1
#define BACKEND_STACKS_MUST_BE_PRESENT 0
#define BACKEND_VIRTIO		       0

#define BACKEND_BOOT_WORDS ""

static inline uint64_t backend_gate_address(const void *gate)
{
	return (uintptr_t)gate;
}

#endif /* BACKEND_TRAITS_H */
