/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.c - a kernel that looks for a host below it.
 *
 * Invariant: whether it is refused, gets an exception or is ended, it opens nothing there.
 */
#include "micro.h"

extern int raw_host_call32(void), raw_host_call64(void);

static void refused(int answer)
{
	if (answer >= 0)
		fail("still here, with descriptor %d", answer);
}

CHECK(kernel_makes_32_bit_host_call)
{
	refused(raw_host_call32());
}

CHECK(kernel_makes_64_bit_host_call)
{
	refused(raw_host_call64());
}

/* In a process: the window's pages, one by one; some are the wedge's own notes about this guest. */
CHECK(overwrites_window)
{
	for (word at = WEDGE + 4 * PAGE; at < WEDGE + 8 * PAGE; at += PAGE)
		memset((void *)at, 0xff, PAGE);
	say("written");
	fail("still here");
}

CHECK(zeroes_window)
{
	for (word at = WEDGE + 4 * PAGE; at < WEDGE + 8 * PAGE; at += PAGE)
		memset((void *)at, 0, PAGE);
	say("written");
	fail("still here");
}
