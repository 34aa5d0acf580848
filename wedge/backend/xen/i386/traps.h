/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.h - what assembler code of a 32-bit guest's ways in and out needs of C (traps.c).
 *
 * Invariant: nothing of the guest's own tables is changed.
 */
#ifndef WEDGE_BACKEND_XEN_I386_TRAPS_H
#define WEDGE_BACKEND_XEN_I386_TRAPS_H

#include <wedge/vcpu.h>

/* Makes a page of the kernel's present, if the guest's tables allow it. */
void traps_make_readable(struct vcpu *v, uint64_t va);

#endif /* WEDGE_BACKEND_XEN_I386_TRAPS_H */
