/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_pages.c - see fake_pages.h. Apart from fake_host.c, because the C library's header and the
 * host kernel's define the same types.
 *
 * Invariant: knows nothing of guests.
 */
#include <stdlib.h>

#include "fake_pages.h"

enum {
	PAGE_SHIFT = 12,
	CHUNK = 1 << 9,	  /* pages that are kept together: 2 MiB */
	MIDDLE = 1 << 13, /* chunks, and as many of these again: 47 bits of address */
	CHUNK_SHIFT = 21,
	MIDDLE_SHIFT = 34,
};

struct chunk {
	uint32_t page[CHUNK];
};
struct middle {
	struct chunk *chunk[MIDDLE];
};
static struct middle *middles[FAKE_SPACES][MIDDLE];

static struct chunk **chunk_at(unsigned int space, uint64_t va)
{
	struct middle *m = middles[space][va >> MIDDLE_SHIFT];

	return m ? &m->chunk[va >> CHUNK_SHIFT & (MIDDLE - 1)] : NULL;
}

uint32_t *fake_page(unsigned int space, uint64_t va, bool make)
{
	struct middle **m = &middles[space][va >> MIDDLE_SHIFT];
	struct chunk **chunk;

	if (!*m && make)
		*m = calloc(1, sizeof(**m));
	chunk = chunk_at(space, va);
	if (chunk && !*chunk && make)
		*chunk = calloc(1, sizeof(**chunk));
	return chunk && *chunk ? &(*chunk)->page[va >> PAGE_SHIFT & (CHUNK - 1)] : NULL;
}

uint64_t fake_page_next(unsigned int space, uint64_t va, uint64_t end)
{
	while (va < end) {
		struct chunk **chunk = chunk_at(space, va);

		if (!chunk)
			va = ((va >> MIDDLE_SHIFT) + 1) << MIDDLE_SHIFT;
		else if (!*chunk)
			va = ((va >> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
		else if (!(*chunk)->page[va >> PAGE_SHIFT & (CHUNK - 1)])
			va += 1 << PAGE_SHIFT;
		else
			return va;
	}
	return end;
}

void fake_pages_reset(void)
{
	for (unsigned int space = 0; space < FAKE_SPACES; space++) {
		for (unsigned int i = 0; i < MIDDLE; i++) {
			for (unsigned int j = 0; middles[space][i] && j < MIDDLE; j++)
				free(middles[space][i]->chunk[j]);
			free(middles[space][i]);
			middles[space][i] = NULL;
		}
	}
}
