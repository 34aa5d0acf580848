/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linux_traits.h - what the traits of both widths in a Linux process have in common
 * (backend_traits.h of the width, which includes this).
 *
 * Invariant: constants alone, for C and assembler.
 */
#ifndef WEDGE_LINUX_TRAITS_H
#define WEDGE_LINUX_TRAITS_H

/* The host's own selectors stand in DS, ES, FS and GS; the vCPU has the guest's. */
#define BACKEND_SELECTORS_ARE_REAL 0

/* Guest kernel and user code have two FPUs, but this process loads its own from theirs. */
#define BACKEND_FPU_IS_ONE 1

/* Signals come on a stack of the wedge's own. */
#define BACKEND_STACKS_MUST_BE_PRESENT 0

/* The launcher serves virtio devices. */
#define BACKEND_VIRTIO 1

#endif /* WEDGE_LINUX_TRAITS_H */
