/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments.c - segment registers, with the selectors that a kernel has in them.
 *
 * Invariant: every register holds the same afterwards.
 */
#include "measure.h"

SITE(mov_from_cs, "mov-from-cs", "", "", "mov %%cs, %%eax")
SITE(mov_from_ds, "mov-from-ds", "", "", "mov %%ds, %%eax")
SITE(mov_to_ds, "mov-to-ds", "mov %%ds, %%eax", "", "mov %%eax, %%ds")
SITE(mov_to_fs, "mov-to-fs", "mov %%fs, %%eax", "", "mov %%eax, %%fs")
SITE(mov_to_ss, "mov-to-ss", "mov %%ss, %%eax", "", "mov %%eax, %%ss")

/* A 64-bit kernel's GS has its base from elsewhere, which loading the register takes away. */
LOOPS(mov_to_gs, "mov %%gs, %%eax", "", "mov %%eax, %%gs")

CHECK(site_mov_to_gs)
{
	measure(&(struct site){.name = "mov-to-gs", LOOPS_OF(mov_to_gs), .per = 1});
	traps_init();
}
