/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.c - counters, printed when the guest ends if its command line says "afterburn.stats".
 *
 * With that word, instructions that usually have inline code or a gate enter C, so they can be
 * counted. Exceptions: iret and sysret, and an sti in front of a halt, which only sets a mark.
 *
 * Invariant: one line for each counter that is not zero, "stats NAME COUNT".
 */
#include <wedge/command_line.h>
#include <wedge/counters.h>
#include <wedge/log.h>
#include <wedge/stats.h>

enum { NAME_SIZE = 64 };

static bool wanted;

void stats_init(void)
{
	wanted = command_line_says("afterburn.stats");
}

bool stats_wanted(void)
{
	return wanted;
}

void stats_print(const struct vcpu *v)
{
	/* Printing counts, too, so print a copy made before. */
	static struct vcpu before;
	char name[NAME_SIZE];

	if (!wanted)
		return;
	before = *v;
	for (unsigned int i = 0; i < counters_shown(); i++) {
		uint64_t count = counters_value(&before, i);

		if (!count)
			continue;
		counters_name(i, name, sizeof(name));
		wedge_log("stats %s %llu", name, (unsigned long long)count);
	}
}
