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
#include <wedge/lib.h>
#include <wedge/log.h>
#include <wedge/stats.h>

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

void stats_line(const char *name, uint64_t count)
{
	if (count)
		wedge_log("stats %s %lu", name, count);
}

static void lines_of(const struct vcpu *v)
{
	uint64_t classes[AFTERBURN_CLASS_COUNT] = {0};

	for (unsigned int id = 0; id < AFTERBURN_INSN_COUNT; id++) {
		if (!v->entries[id])
			continue;
		classes[afterburn_insns[id].class_] += v->entries[id];
		wedge_log("stats insn.%s %lu", afterburn_insns[id].name, v->entries[id]);
	}
	for (unsigned int c = 0; c < AFTERBURN_CLASS_COUNT; c++) {
		if (classes[c])
			wedge_log("stats class.%s %lu", afterburn_class_names[c], classes[c]);
	}
	for (unsigned int n = 0; n < 32; n++) {
		if (v->traps[n])
			wedge_log("stats trap.%u %lu", n, v->traps[n]);
	}
	stats_line("interrupts", v->interrupts);
}

void stats_print(const struct vcpu *v)
{
	if (!stats_wanted())
		return;
	lines_of(v);
	backend_stats();
}
