/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - where a wedge in a Linux process lives as guest code sees it, and what such a
 * processor does like hardware, so that sites may stay as they are.
 *
 * The wedge itself is above 4 GiB. Guest code reaches a window of it: gates, vCPU and ramps.
 *
 * Invariant: constants and what follows from them alone; the constants serve the assembler too.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

#include <wedge/linux_traits.h>

/* The window: below Linux's fixmap once the launcher has lowered it (reservetop). */
#define WEDGE_BASE 0xffc00000
#define WEDGE_SIZE 0x50000

#define WEDGE_VCPU_BASE	 0xffc04000
#define WEDGE_VCPU_PAGES 2

/* Room for the ramps of sites (ramps.h). */
#define WEDGE_RAMPS 0xffc10000

/* In a user process: the page of the door (channel.h), and the end of what guest user code can map.
 */
#define USER_DOOR 0xffffe000
#define USER_END  USER_DOOR

/* The host's code segment for the guest kernel: its 32-bit one (host.h). */
#define LINUX_KERNEL_CS HOST_CS32

/* A word for the kernel's command line: no fixed mapping in the last 4 MiB, where the window is. */
#define BACKEND_BOOT_WORDS "reservetop=4M "

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
