/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roots.h - the roots of a 32-bit kernel's spaces: Xen's tables of four entries (roots.c).
 *
 * Invariant: a space has a root of its own while it is in use.
 */
#ifndef WEDGE_BACKEND_XEN_I386_ROOTS_H
#define WEDGE_BACKEND_XEN_I386_ROOTS_H

#include "../space.h"

/* The quarters of the kernel's half: one table for all roots, and one for each. */
enum { ROOTS_SHARED = VIEWS_PROGRAM_PARTS, ROOTS_LAST };

/*
 * A root for a space of a directory, without the programs' tables; NULL if the pool has no memory
 * (table_pool_refused).
 */
struct shadow *roots_take(uint64_t guest);

/* Hooks a table of the programs'. */
void roots_hook(struct shadow *root, unsigned int part, struct shadow *table);

/* Takes back a root that is not loaded. */
void roots_give(struct shadow *root);

#endif /* WEDGE_BACKEND_XEN_I386_ROOTS_H */
