/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - where a wedge on L4 lives as guest code sees it, and what L4 does like
 * hardware, so that sites may stay as they are.
 *
 * The wedge is 32-bit code in the guest kernel's own address space, of which L4 keeps everything
 * from 3 GiB on.
 *
 * Invariant: constants, and functions of constants alone; assembler files use the constants too.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

/* The window is the whole wedge: the last 4 MiB but 12 below L4's, where its thread blocks are. */
#define WEDGE_BASE 0xbf000000
#define WEDGE_SIZE 0x400000

/* Room for the ramps of sites (ramps.h). */
#define WEDGE_RAMPS 0xbf080000

/* The processor's vCPU, behind it an unmapped page and the wedge's stack. */
#define WEDGE_VCPU_BASE	  0xbf300000
#define WEDGE_VCPU_PAGES  2
#define WEDGE_STACK_PAGES 4
#define WEDGE_STACK_TOP	  (WEDGE_VCPU_BASE + (WEDGE_VCPU_PAGES + 1 + WEDGE_STACK_PAGES) * 0x1000)

/* L4's own selectors stand in DS, ES, FS and GS; the vCPU has the guest's. */
#define BACKEND_SELECTORS_ARE_REAL 0

/* L4 pushes nothing on the stack of the code that it interrupts. */
#define BACKEND_STACKS_MUST_BE_PRESENT 0

/* Nobody serves virtio devices. */
#define BACKEND_VIRTIO 0

/* Words for the kernel's command line: its fixed mappings end where the wedge's window begins. */
#define BACKEND_BOOT_WORDS "reservetop=0x41000000 tsc=reliable "

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Where guest code finds a gate. */
static inline uint64_t backend_gate_address(const void *gate)
{
	return (uintptr_t)gate;
}
#endif /* __ASSEMBLER__ */

#endif /* BACKEND_TRAITS_H */
