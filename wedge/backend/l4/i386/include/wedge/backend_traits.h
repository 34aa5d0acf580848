/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - where a wedge on L4 lives as guest code sees it, and what L4 does like
 * hardware, so that sites may stay as they are.
 *
 * The wedge is 32-bit code in the guest kernel's own address space. L4's kernel has everything from
 * 3 GiB on; the last 16 MiB below are the thread blocks and the kernel interface page.
 *
 * Invariant: constants, and functions of constants alone; assembler files use the constants too.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

/* Guest-physical memory, from page 0 on, as much as there is room for. */
#define L4_GUEST_KERNEL 0x80000000 /* programs have the addresses below */
#define L4_WINDOW	0xa4000000
#define L4_WINDOW_END	0xbe000000

/* The wedge: one page of 4 MiB. The bundle's tables follow the image. */
#define WEDGE_BASE 0xbe000000
#define WEDGE_SIZE 0x400000

/* Room for the ramps of sites (ramps.h). */
#define WEDGE_RAMPS 0xbe200000

/* The processor's vCPU, and the wedge's stack. */
#define WEDGE_VCPU_BASE	  0xbe300000
#define WEDGE_VCPU_PAGES  2
#define WEDGE_STACK_PAGES 16
#define WEDGE_STACK_TOP	  (WEDGE_VCPU_BASE + 0x80000 + WEDGE_STACK_PAGES * 0x1000)

/* What backend_allocate() gives. */
#define L4_HEAP	    0xbe400000
#define L4_HEAP_END 0xbf000000

/* L4's own selectors stand in DS, ES, FS and GS; the vCPU has the guest's. */
#define BACKEND_SELECTORS_ARE_REAL 0

/* Threads have FPUs of their own, and guest kernel code is one, user code another (fpu.h). */
#define BACKEND_FPU_IS_ONE 0

/* L4 pushes nothing on the stack of the code that it interrupts. */
#define BACKEND_STACKS_MUST_BE_PRESENT 0

/* Nobody serves virtio devices. */
#define BACKEND_VIRTIO 0

/* A word for the kernel's command line: its fixed mappings end where the window begins. */
#define BACKEND_BOOT_WORDS "reservetop=1472M "

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Where guest code finds a gate. */
static inline uint64_t backend_gate_address(const void *gate)
{
	return (uintptr_t)gate;
}
#endif /* __ASSEMBLER__ */

#endif /* BACKEND_TRAITS_H */
