/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_pool.h - where shadow tables come from and go back to.
 *
 * Invariant: a table of the pool is empty, pinned at its level, and no entry of another points to
 * it. The pool never takes a table that is in use: if it is dry, it refuses, and space.c makes
 * room.
 */
#ifndef WEDGE_BACKEND_XEN_TABLE_POOL_H
#define WEDGE_BACKEND_XEN_TABLE_POOL_H

#include "shadow.h"

/*
 * An empty table of a level (1 to XEN_LEVELS) for a role. If there is none, returns NULL and sets
 * table_pool_refused.
 */
struct shadow *table_pool_take(unsigned int level, enum shadow_role role);

/* A shadow for a page that is such a table already (boot.c), and that never comes to the pool. */
struct shadow *table_pool_adopt(unsigned int level, uint64_t page);

/* Makes a page of the wedge's read-only everywhere, as Xen wants it of a table. */
void table_pool_protect(uint64_t page);

/* True if the heap has so many pages for tables and what the wedge keeps beside them. */
bool table_pool_may_grow(unsigned int pages);

/* Takes back an empty table that no entry points to. */
void table_pool_give(struct shadow *s);

/* The pool has refused a table since space.c last cleared this. */
extern bool table_pool_refused;

#endif /* WEDGE_BACKEND_XEN_TABLE_POOL_H */
