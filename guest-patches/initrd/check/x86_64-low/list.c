/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list.c - what the kernel in the lower half has to promise beyond the common checks.
 */
#include <stddef.h>
#include "../check.h"
#include "hole.h"

const struct check width_checks[] = {
	{"kernel-pointers", check_kernel_pointers},
	{"kernel-touch", check_kernel_touch},
	{"hole-mmap", check_hole_mmap},
	{"hole-borders", check_hole_borders},
	{"hole-slot", check_hole_slot},
	{"hole-gs", check_hole_gs},
	{"hole-ptrace", check_hole_ptrace},
	{"kernel-addresses", check_kernel_addresses},
	{"kernel-traps", check_kernel_traps},
	{NULL, NULL},
};
