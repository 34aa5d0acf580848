/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stack.c - segment registers saved and restored as a 32-bit kernel's entries do.
 *
 * Invariant: what is popped is what the register held.
 */
#include "measure.h"

SITE(push_ds, "push-ds", "", "", "push %%ds")
SITE(pop_ds, "pop-ds", "mov %%ds, %%eax", "push %%eax", "pop %%ds")
SITE(push_fs, "push-fs", "", "", "push %%fs")
SITE(pop_fs, "pop-fs", "mov %%fs, %%eax", "push %%eax", "pop %%fs")
