/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - the traits of the tests' back end: a variable where real back ends have a
 * constant, so that one program sees both kinds.
 *
 * Invariant: names exactly the traits that real back ends have.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

#define WEDGE_BASE  0xffffffffffe00000
#define WEDGE_SIZE  0x200000
#define WEDGE_RAMPS 0xffffffffffe80000

#define WEDGE_VCPU_BASE	  0xfffffffffff00000
#define WEDGE_VCPU_PAGES  2
#define WEDGE_STACK_PAGES 4

extern int fake_selectors_are_real;
#define BACKEND_SELECTORS_ARE_REAL fake_selectors_are_real
#define FAKE_SELECTORS_ARE_REAL	   1

extern int fake_fpu_is_one;
#define BACKEND_FPU_IS_ONE fake_fpu_is_one

#define BACKEND_STACKS_MUST_BE_PRESENT 1

#define BACKEND_VIRTIO 1

/* What the kernel's command line must say for the wedge's sake, with a blank behind it. */
#define BACKEND_BOOT_WORDS ""

#include <stdint.h>

static inline uint64_t backend_gate_address(const void *gate)
{
	return (uintptr_t)gate;
}

#endif /* BACKEND_TRAITS_H */
