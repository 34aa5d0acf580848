/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout.h - where things are in a micro-guest, for C, assembler and the linker script.
 *
 * Linked as Linux is: the kernel at KERNEL_BASE + its physical address, loaded from 16 MiB on; user
 * code at USER_BASE, in a segment of its own. All memory is at DIRECT_BASE, which may be the same.
 *
 * Invariant: nothing here depends on the width; width.h has what does.
 */
#ifndef MICRO_LAYOUT_H
#define MICRO_LAYOUT_H

#include "width.h"

#define USER_STACK (USER_BASE + 0x400000) /* its top; one page below it is mapped */
#define USER_DATA  (USER_BASE + 0x500000) /* one page */

#define VECTOR_IRQ 0x20

#endif /* MICRO_LAYOUT_H */
