/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vdso.h - the code that the guest's kernel gives every program (its vDSO), where it must be other
 * than on a processor of the guest's own.
 *
 * Invariant: see vdso.c.
 */
#ifndef WEDGE_BACKEND_LINUX_VDSO_H
#define WEDGE_BACKEND_LINUX_VDSO_H

#include <wedge/guest_walk.h>

/* Is it the first page of an ELF image that names itself so, in that page? */
bool vdso_is_named(const uint8_t *page, const char *name);

/*
 * User code is about to see a page for the first time in its address space: `walk` has its
 * translation. If it is the 64-bit vDSO, its getcpu becomes the guest's.
 */
void vdso_learn(const struct guest_walk *walk);

#endif /* WEDGE_BACKEND_LINUX_VDSO_H */
