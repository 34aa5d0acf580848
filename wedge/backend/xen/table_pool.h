/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_pool.h - where shadow tables come from and go back to.
 *
 * Invariant: a table of the pool is empty, pinned at its level, and no entry of another points to
 * it. The pool never takes a table from anybody: if it has none, it says so, and space.c makes
 * room.
 */
#ifndef WEDGE_BACKEND_XEN_TABLE_POOL_H
#define WEDGE_BACKEND_XEN_TABLE_POOL_H

#include "shadow.h"

/* An empty table of a level (1 to 4); NULL if there is none, which is noted. */
struct shadow *table_pool_take(unsigned int level);

/* Gives back a table that is empty and that nothing points to. */
void table_pool_give(struct shadow *s);

/* A table was refused, since this was last cleared. */
extern bool table_pool_refused;

#endif /* WEDGE_BACKEND_XEN_TABLE_POOL_H */
