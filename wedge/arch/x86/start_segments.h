/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start_segments.h - the segments that a kernel starts with, for each width's start_state.c.
 *
 * Invariant: the selectors are those of Linux's boot protocol.
 */
#ifndef WEDGE_ARCH_START_SEGMENTS_H
#define WEDGE_ARCH_START_SEGMENTS_H

#include <wedge/vcpu.h>

enum { START_CODE = 0x10, START_DATA = 0x18 };

/* Puts a GDT of flat segments at BOOT_GDT and loads the kernel's code and data selectors. */
void start_segments(struct vcpu *v, uint64_t code_descriptor);

#endif /* WEDGE_ARCH_START_SEGMENTS_H */
