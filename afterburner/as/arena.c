/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.c - memory that is given back all at once.
 *
 * Invariant: a block is never moved; what does not fit the newest opens another.
 */
#include "arena.h"

#include "diag.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 65536
#define ALIGNMENT  16

struct arena_block {
	struct arena_block *older;
	size_t size;
	_Alignas(ALIGNMENT) char data[];
};

static void add_block(struct arena *a, size_t size)
{
	struct arena_block *block;

	if (size < BLOCK_SIZE)
		size = BLOCK_SIZE;
	block = malloc(sizeof(*block) + size);
	if (!block)
		die("out of memory");
	*block = (struct arena_block){a->blocks, size};
	a->blocks = block;
	a->left = size;
}

void *arena_take(struct arena *a, size_t size)
{
	char *at;

	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (a->left < size)
		add_block(a, size);
	at = a->blocks->data + (a->blocks->size - a->left);
	a->left -= size;
	return at;
}

struct span arena_copy(struct arena *a, const char *data, size_t size)
{
	char *copy = arena_take(a, size + 1);

	if (size > 0)
		memcpy(copy, data, size);
	copy[size] = '\n';
	return (struct span){copy, copy + size};
}

void arena_free(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *older = a->blocks->older;

		free(a->blocks);
		a->blocks = older;
	}
	a->left = 0;
}
