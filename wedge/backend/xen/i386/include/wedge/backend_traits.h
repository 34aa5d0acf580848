/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - where the wedge of a 32-bit kernel lives on Xen, and what Xen's virtual CPU
 * does like hardware, so that sites may stay as they are. The guest's kernel and the wedge run in
 * ring 1.
 *
 * Invariant: constants, and functions of constants alone; assembler files use the constants too.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

/*
 * The window is the whole wedge. Behind it is guest-physical memory, as much as fits below Xen's
 * own addresses. A kernel linked at 2 GiB has half as much again below, for its memory and the
 * rest.
 */
#define WEDGE_BASE 0xc1000000
#define WEDGE_SIZE 0x200000

/* Room for the ramps of sites (ramps.h). */
#define WEDGE_RAMPS 0xc1080000

/* A processor's vCPU, behind it an unmapped page and the wedge's stack. */
#define WEDGE_VCPU_BASE	  0xc1180000
#define WEDGE_VCPU_PAGES  2
#define WEDGE_STACK_PAGES 4
#define WEDGE_STACK_TOP	  (WEDGE_VCPU_BASE + (WEDGE_VCPU_PAGES + 1 + WEDGE_STACK_PAGES) * 0x1000)

/*
 * Where the wedge sees guest-physical memory, its own frames included: 832 MiB, behind which Xen's
 * addresses begin at 0xf5800000. A domain may have up to 3 GiB, which are seen in turns
 * (physmap.c).
 */
#define XEN_PHYSMAP	      0xc1200000
#define XEN_PHYSMAP_PAGES_MAX 0x34000
#define XEN_MEMORY_PAGES_MAX  0xc0000

/* Xen's tables are those of PAE. One tree serves kernel and programs: the U bit protects ring 1. */
#define XEN_LEVELS 3
#define XEN_VIEWS  1

/* How many descriptors the copy of the guest's GDT has, but for two of the wedge's. */
#define XEN_GDT_ENTRIES 510

/*
 * The kernel runs with the wedge's flat selectors in DS and ES, and descriptors of the wedge's for
 * the bases of FS and GS; the vCPU has the guest's. User code has the guest's own.
 */
#define BACKEND_SELECTORS_ARE_REAL 0

/* Guest kernel and user code have one FPU. */
#define BACKEND_FPU_IS_ONE 1

/* Xen pushes frames on the guest kernel's own stack. A fault on that stack ends the domain. */
#define BACKEND_STACKS_MUST_BE_PRESENT 1

/* The wedge serves virtio devices itself, with what other domains have (front/front.h). */
#define BACKEND_VIRTIO 1

/* A word for the kernel's command line: its fixed mappings end where the wedge begins. */
#define BACKEND_BOOT_WORDS "reservetop=0x3f000000 "

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Where guest code finds a gate. */
static inline uint64_t backend_gate_address(const void *gate)
{
	return (uintptr_t)gate;
}
#endif /* __ASSEMBLER__ */

#endif /* BACKEND_TRAITS_H */
