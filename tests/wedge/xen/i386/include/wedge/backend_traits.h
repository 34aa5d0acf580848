/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - Xen's traits for 32-bit kernels where a process can have them: the addresses
 * are those of the fake (fake_xen.h), the rest is as in the real header.
 *
 * Invariant: names exactly the traits that the real header has.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

#include <stdint.h>

struct vcpu;
extern struct vcpu vcpu;
extern char *fake_physmap;
extern uint64_t fake_machine_to_physical[];

#define WEDGE_BASE  0xc1000000
#define WEDGE_SIZE  0x200000
#define WEDGE_RAMPS 0xc1080000

#define WEDGE_VCPU_BASE	  ((uintptr_t)&vcpu)
#define WEDGE_VCPU_PAGES  2
#define WEDGE_STACK_PAGES 4

#define XEN_PHYSMAP	      ((uintptr_t)fake_physmap)
#define XEN_PHYSMAP_PAGES_MAX 0x34000
#define XEN_MEMORY_PAGES_MAX  0xc0000

#define XEN_LEVELS 3
#define XEN_VIEWS  1

/* How many descriptors the copy of the guest's GDT has, but for two of the wedge's. */
#define XEN_GDT_ENTRIES 510

#define BACKEND_SELECTORS_ARE_REAL     0
#define BACKEND_FPU_IS_ONE	       1
#define BACKEND_STACKS_MUST_BE_PRESENT 1
#define BACKEND_VIRTIO		       0

#define BACKEND_BOOT_WORDS ""

static inline uint64_t backend_gate_address(const void *gate)
{
	return (uintptr_t)gate;
}

#endif /* BACKEND_TRAITS_H */
