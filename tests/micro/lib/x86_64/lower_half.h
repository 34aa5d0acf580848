/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lower_half.h - the addresses of an x86-64 micro-guest whose kernel is in the lower half, as Linux
 * with guest-patches/linux-6.1/low-half.patch is: image from 1 to 2 GiB, among the program's
 * addresses; all memory once more, tables and stacks with it, in slot 129 of the top-level table;
 * the program's addresses end at 2^46.
 *
 * Invariant: upper_half.h defines the same names. Nothing is mapped in the upper half, nor in the
 * last 8 MiB below 2 GiB, where a wedge in a process has its window.
 */
#ifndef MICRO_LOWER_HALF_H
#define MICRO_LOWER_HALF_H

/* KERNEL_BASE and USER_BASE are told by build.mk, to the linker, too. */
#define DIRECT_BASE 0x408000000000
#define KERNEL_HALF 0x400000000000 /* of the lower half */
#define LOWER_HALF  0x3fffffffffff

#define KERNEL_SLOT 128 /* the first entry of a top-level table that is the kernel's alone */
#define USER_LEVEL  3	/* up to this level, no entry is the program's and the kernel's */

/* Where a wedge keeps itself, in as many bytes. */
#define WEDGE	   (option_is("platform", "process") ? 0x7f800000 : 0xffffffffffe00000)
#define WEDGE_SIZE 0x200000

#define TEST_AREA      0x640000000000
#define RECURSIVE_SLOT 0x500000000000

#endif /* MICRO_LOWER_HALF_H */
