/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - where Xen's wedge lives as guest code sees it, and what Xen's virtual CPU does
 * like hardware, so that sites may stay as they are. Each back end has a header of this name; the
 * build chooses it with the back end.
 *
 * Invariant: constants and what follows from them alone; the constants serve the assembler too.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

/* The part of the wedge that guest code reaches: all of it, in the last 2 MiB, free in every kernel
 * we know of. */
#define WEDGE_BASE 0xffffffffffe00000
#define WEDGE_SIZE 0x200000

/* A processor's vCPU, behind it an unmapped page and the wedge's stack. */
#define WEDGE_VCPU_BASE	  0xfffffffffff00000
#define WEDGE_VCPU_PAGES  2
#define WEDGE_STACK_PAGES 4
#define WEDGE_STACK_TOP	  (WEDGE_VCPU_BASE + (WEDGE_VCPU_PAGES + 1 + WEDGE_STACK_PAGES) * 0x1000)

/* Where the wedge sees guest-physical memory, its own frames included (xen.h). */
#define XEN_PHYSMAP 0xffffff8000000000

/* DS, ES, FS and GS hold the selectors that the guest (or its user code) loaded. */
#define BACKEND_SELECTORS_ARE_REAL 1

/* Frames are pushed on the guest kernel's own stack, and a fault there is the end. */
#define BACKEND_STACKS_MUST_BE_PRESENT 1

/* What the kernel's command line must say for the wedge's sake, with a blank behind it. */
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
