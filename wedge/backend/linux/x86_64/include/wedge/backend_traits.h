/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - where a wedge in a Linux process lives as guest code sees it, and what such a
 * processor does like hardware, so that sites may stay as they are.
 *
 * The kernel's image is between 1 and 2 GiB, and the wedge far above it. Guest code reaches a
 * window of the wedge: gates, vCPU and ramps. The window is near enough for a branch, and its
 * addresses have 31 bits, so sites have the same forms as near a wedge in the last 2 GiB.
 *
 * Invariant: constants and what follows from them alone; the constants serve the assembler too.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

#include <wedge/linux_traits.h>

/* The window: the last 8 MiB below 2 GiB, which a kernel in the lower half leaves free. */
#define WEDGE_BASE 0x7f800000
#define WEDGE_SIZE 0x71000

#define WEDGE_VCPU_BASE	 0x7f804000
#define WEDGE_VCPU_PAGES 2

/* Room for the ramps of sites (ramps.h). */
#define WEDGE_RAMPS 0x7f810000

/*
 * In a user process: the page of the door (channel.h), in what the kernel leaves free, where its
 * own addresses keep programs out, and the end of what guest user code can map: 8 GiB below the
 * stub, so that a filter of system calls needs to compare upper halves only (stub.c).
 */
#define USER_DOOR 0x7faff000
#define USER_END  0x6ffe00000000

/* The host's code segment for the guest kernel: its 64-bit one (host.h). */
#define LINUX_KERNEL_CS HOST_CS64

/* The kernel's command line needs no words on account of the host. */
#define BACKEND_BOOT_WORDS ""

#ifndef __ASSEMBLER__
#include <stdint.h>

/* The linker's section of all gates; the window begins with it. */
extern const char wedge_gates[];

/* Where guest code finds a gate. */
static inline uint64_t backend_gate_address(const void *gate)
{
	return WEDGE_BASE + (uint64_t)((uintptr_t)gate - (uintptr_t)wedge_gates);
}
#endif /* __ASSEMBLER__ */

#endif /* BACKEND_TRAITS_H */
