/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upper_half.h - the addresses of an x86-64 micro-guest whose kernel has the upper half.
 *
 * Invariant: lower_half.h defines the same names.
 */
#ifndef MICRO_UPPER_HALF_H
#define MICRO_UPPER_HALF_H

#ifndef KERNEL_BASE /* or elsewhere, as build.mk says */
#define KERNEL_BASE 0xffffffff80000000
#endif
#define DIRECT_BASE KERNEL_BASE
#define KERNEL_HALF 0xffff800000000000
#define LOWER_HALF  0x00007fffffffffff
#define USER_BASE   0x40000000

#define KERNEL_SLOT 256 /* the first entry of a top-level table that is the kernel's */
#define USER_LEVEL  4	/* up to this level, no entry is the program's and the kernel's */

/* Where a wedge keeps itself, in as many bytes. */
#define WEDGE	   0xffffffffffe00000
#define WEDGE_SIZE 0x200000

#define TEST_AREA      0xffffc90000000000
#define RECURSIVE_SLOT 0xffff900000000000

#endif /* MICRO_UPPER_HALF_H */
