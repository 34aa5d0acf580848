/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.h - memory that is given back all at once.
 *
 * Invariant: what was given stays where it is until arena_free().
 */
#ifndef AS_ARENA_H
#define AS_ARENA_H

#include "text.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t left;		    /* bytes free in the newest */
};

/* `size` bytes, aligned for any type. Ends the program with a message when memory is out. */
void *arena_take(struct arena *a, size_t size);

/* A copy of the text, with a newline behind it. */
struct span arena_copy(struct arena *a, const char *data, size_t size);

void arena_free(struct arena *a);

#endif
