/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - Xen's traits where a process can have them: the addresses are those of the
 * fake (fake_xen.h), the rest is as in the real header.
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

#define WEDGE_BASE  0xffffffffffe00000
#define WEDGE_SIZE  0x200000
#define WEDGE_RAMPS 0xffffffffffe80000

#define WEDGE_VCPU_BASE	  ((uintptr_t)&vcpu)
#define WEDGE_VCPU_PAGES  2
#define WEDGE_STACK_PAGES 4

#define XEN_PHYSMAP	      ((uintptr_t)fake_physmap)
#define XEN_PHYSMAP_PAGES_MAX 0x6f00000
#define XEN_MEMORY_PAGES_MAX  XEN_PHYSMAP_PAGES_MAX

#define XEN_LEVELS 4
#define XEN_VIEWS  2

/* Where Xen's header looks for the table of guest-physical pages by machine frame. */
#define HYPERVISOR_VIRT_START ((uintptr_t)fake_machine_to_physical)

/* How many descriptors the copy of the guest's GDT has. */
#define XEN_GDT_ENTRIES 512

#define BACKEND_SELECTORS_ARE_REAL     1
#define BACKEND_FPU_IS_ONE	       1
#define BACKEND_STACKS_MUST_BE_PRESENT 1
#define BACKEND_VIRTIO		       0

#define BACKEND_BOOT_WORDS ""

static inline uint64_t backend_gate_address(const void *gate)
{
	return (uintptr_t)gate;
}

#endif /* BACKEND_TRAITS_H */
