/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hole.h - where the kernel in the lower half is, as a program sees it: a hole in its first 512
 * GiB, and nothing for it above 2^46.
 */
#ifndef GUEST_CHECK_HOLE_H
#define GUEST_CHECK_HOLE_H

#include <stdbool.h>

#define PAGE	   0x1000UL
#define HOLE_START 0x40000000UL
#define HOLE_END   0x80000000UL

/* The kernel's text, and a variable's place in the direct map and in a processor's own area. */
#define IMAGE	   0x41000000UL
#define DIRECT_MAP 0x408000000000UL
#define PER_CPU	   0x408010000000UL

/* The end of a program's addresses; its last page is nobody's. */
#define PROGRAM_END 0x400000000000UL

bool check_kernel_pointers(void);
bool check_kernel_touch(void);
bool check_hole_mmap(void);
bool check_hole_borders(void);
bool check_hole_slot(void);
bool check_hole_gs(void);
bool check_hole_ptrace(void);
bool check_kernel_addresses(void);
bool check_kernel_traps(void);

#endif
