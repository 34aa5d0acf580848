/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * growing.c - doubles the room until it is enough.
 *
 * Invariant: used <= room <= limit.
 */
#include "elf/growing.h"

#include <stdlib.h>

#define FIRST_ROOM (UINT64_C(1) << 20)

uint64_t ab_growing_reserve(struct ab_growing *bytes, uint64_t wanted)
{
	uint64_t room = bytes->room ? bytes->room : FIRST_ROOM;

	if (wanted > bytes->limit - bytes->used)
		wanted = bytes->limit - bytes->used;
	while (room - bytes->used < wanted)
		room *= 2;
	if (room > bytes->limit)
		room = bytes->limit;
	if (room > bytes->room) {
		bytes->data = reallocarray(bytes->data, room, 1);
		bytes->room = room;
		if (!bytes->data)
			ab_out_of_memory();
	}
	return bytes->room - bytes->used;
}
