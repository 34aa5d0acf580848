/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - the traits of the Linux back end for the width that is tested, but for the
 * vCPU's place: a test program has nothing at its real address, where the address sanitizer keeps
 * its own.
 *
 * Invariant: everything else is the real back end's.
 */
#ifndef TESTS_BACKEND_TRAITS_H
#define TESTS_BACKEND_TRAITS_H

#include_next <wedge/backend_traits.h>

struct vcpu;
extern struct vcpu vcpu;
#undef WEDGE_VCPU_BASE
#define WEDGE_VCPU_BASE ((uintptr_t)&vcpu)

#endif /* TESTS_BACKEND_TRAITS_H */
