/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.c - counters, printed when the guest ends if its command line says "afterburn.stats".
 *
 * Then instructions that usually get inline code are made calls, so that they can be counted; only
 * swapgs, iret and sysret stay as they are, since they may stand where there is no stack to call
 * with.
 *
 * Invariant: one line for each counter that is not zero, "stats NAME COUNT".
 */
#include <wedge/backend.h>
#include <wedge/counters.h>
#include <wedge/log.h>
#include <wedge/stats.h>

enum { NAME_SIZE = 64 };

bool stats_wanted(void)
{
	static const char word[] = "afterburn.stats";
	const char *line = backend_command_line();

	for (; *line; line++) {
		size_t n = 0;

		while (word[n] && line[n] == word[n])
			n++;
		if (!word[n])
			return true;
	}
	return false;
}

void stats_print(const struct vcpu *v)
{
	/* Printing is counted too: what is shown was counted before. */
	static struct vcpu before;
	char name[NAME_SIZE];

	if (!stats_wanted())
		return;
	before = *v;
	for (unsigned int i = 0; i < counters_shown(); i++) {
		uint64_t count = counters_value(&before, i);

		if (!count)
			continue;
		counters_name(i, name, sizeof(name));
		wedge_log("stats %s %lu", name, count);
	}
}
