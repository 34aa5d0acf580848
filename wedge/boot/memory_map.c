/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory_map.c - the RAM that boot protocols tell the kernel of.
 *
 * Invariant: no range of it has memory that the back end or the PC keeps for itself.
 */
#include <wedge/backend.h>
#include "protocols.h"

enum { LOW_RAM_END = 0x9fc00, EXTENDED_START = 0x100000 };

bool memory_map_next(uint64_t from, uint64_t *start, uint64_t *end)
{
	do {
		if (from >= LOW_RAM_END && from < EXTENDED_START)
			from = EXTENDED_START;
		if (!backend_memory_next(from, start, end))
			return false;
		if (*start >= LOW_RAM_END && *start < EXTENDED_START)
			*start = EXTENDED_START;
		else if (*start<LOW_RAM_END && * end> LOW_RAM_END)
			*end = LOW_RAM_END;
		from = *end;
	} while (*start >= *end);
	return true;
}
