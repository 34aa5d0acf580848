/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - the traits of the Linux back end, but for the vCPU's place: a test program has
 * nothing at its real address, where the address sanitizer keeps its own.
 *
 * Invariant: names exactly the traits that real back ends have.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

#include <stdint.h>

#define WEDGE_BASE 0xffc00000
#define WEDGE_SIZE 0x10000

struct vcpu;
extern struct vcpu vcpu;
#define WEDGE_VCPU_BASE	 ((uintptr_t)&vcpu)
#define WEDGE_VCPU_PAGES 2

#define BACKEND_SELECTORS_ARE_REAL     0
#define BACKEND_STACKS_MUST_BE_PRESENT 0

#define BACKEND_BOOT_WORDS "reservetop=4M "

#endif /* BACKEND_TRAITS_H */
