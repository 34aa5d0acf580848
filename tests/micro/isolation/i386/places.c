/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * places.c - user code looks for anything but its own pages in all 4 GiB: see ../memory.c.
 *
 * Invariant: the pages with a user mapping are in two blocks from USER_BASE on.
 */
#include "attempts.h"
#include "micro.h"

/* The last 4 MiB, where a wedge lives: every page, but that a process has a door there. */
CHECK(user_cannot_reach_wedge)
{
	for (word at = WEDGE; at >= WEDGE; at += PAGE) {
		if (at == WEDGE_DOOR && option_is("platform", "process"))
			try_store(at);
		else
			try_all(at);
	}
	try_all(-(word)WORD);
}

CHECK(user_cannot_reach_upper_half)
{
	for (word at = KERNEL_HALF; at >= KERNEL_HALF; at += 0x100000)
		try_all(at);
}

/* One page of every 256 KiB, with addresses that nobody chose. */
CHECK(user_finds_nothing_else)
{
	for (word at = 0x10000; at < 0xfffc0000; at += 0x40000) {
		word address = at + (next_random() & 0x3f) * PAGE;

		if (address - USER_BASE >= 2 * BLOCK)
			try_load(address);
	}
}
