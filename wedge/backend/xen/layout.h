/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout.h - which part of the guest's address space is its kernel's, by entries of its page
 * tables.
 *
 *   upper  The kernel has the entries from 256 on of the top-level table: the upper half.
 *   low    The kernel's code is linked below the middle of the address space, in a GiB of the first
 *          512 but not in the first. That GiB is the kernel's: one entry of the table below entry 0
 *          of the top-level table, whose other entries are the programs'. The kernel has also the
 *          entries from 128 on of the top-level table.
 *
 * Invariant: chosen by where the kernel is linked, before any of its tables is used, and then
 * fixed.
 */
#ifndef WEDGE_BACKEND_XEN_LAYOUT_H
#define WEDGE_BACKEND_XEN_LAYOUT_H

#include <stdint.h>

enum { LAYOUT_UPPER_FIRST = 256, LAYOUT_LOW_FIRST = 128 };

struct layout {
	unsigned int first; /* entry of the top-level table: from here on, the kernel's */
	unsigned int image; /* the kernel's entry of the table below entry 0; 0: it has none */
};

/*
 * layout_of - the layout of a kernel whose code lies between two addresses, those of its first and
 * its last site. If that is below the middle, but not within one such GiB, it counts as upper: its
 * pages among the programs' are supervisor pages like those of early boot.
 */
struct layout layout_of(uint64_t first, uint64_t last);

#endif /* WEDGE_BACKEND_XEN_LAYOUT_H */
