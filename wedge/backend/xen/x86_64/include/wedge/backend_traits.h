/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - where Xen's wedge lives as guest code sees it, and what Xen's virtual CPU does
 * like hardware, so that sites may stay as they are. Each back end has a header of this name; the
 * build chooses it with the back end.
 *
 * Invariant: constants, and functions of constants alone; assembler files use the constants too.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

/* The window is the whole wedge, in the last 2 MiB, which every known kernel leaves free. */
#define WEDGE_BASE 0xffffffffffe00000
#define WEDGE_SIZE 0x200000

/* Room for the ramps of sites (ramps.h). */
#define WEDGE_RAMPS 0xffffffffffe80000

/* A processor's vCPU, behind it an unmapped page and the wedge's stack. */
#define WEDGE_VCPU_BASE	  0xfffffffffff00000
#define WEDGE_VCPU_PAGES  2
#define WEDGE_STACK_PAGES 4
#define WEDGE_STACK_TOP	  (WEDGE_VCPU_BASE + (WEDGE_VCPU_PAGES + 1 + WEDGE_STACK_PAGES) * 0x1000)

/*
 * Where the wedge sees guest-physical memory, its own frames included (xen.h): up to 444 GiB.
 * Behind them, kernels of Linux may have EFI's code mapped (Documentation/x86/x86_64/mm.rst).
 */
#define XEN_PHYSMAP	      0xffffff8000000000
#define XEN_PHYSMAP_PAGES_MAX 0x6f00000
#define XEN_MEMORY_PAGES_MAX  XEN_PHYSMAP_PAGES_MAX

/*
 * Levels of Xen's tables, and trees of them for each space: Xen has only its own ring 0 and ring 3,
 * so what user code must not reach is in the kernel's tree alone.
 */
#define XEN_LEVELS 4
#define XEN_VIEWS  2

/* How many descriptors the copy of the guest's GDT has. */
#define XEN_GDT_ENTRIES 512

/* DS, ES, FS and GS hold the selectors that the guest (or its user code) loaded. */
#define BACKEND_SELECTORS_ARE_REAL 1

/* Guest kernel and user code have one FPU. */
#define BACKEND_FPU_IS_ONE 1

/* Xen pushes frames on the guest kernel's own stack. A fault on that stack ends the domain. */
#define BACKEND_STACKS_MUST_BE_PRESENT 1

/* The wedge serves virtio devices itself, with what other domains have (front/front.h). */
#define BACKEND_VIRTIO 1

/* The kernel's command line needs no words on account of Xen. */
#define BACKEND_BOOT_WORDS ""

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Where guest code finds a gate. */
static inline uint64_t backend_gate_address(const void *gate)
{
	return (uintptr_t)gate;
}
#endif /* __ASSEMBLER__ */

#endif /* BACKEND_TRAITS_H */
