/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.c - counters, printed when the guest ends if its command line says "afterburn.stats".
 *
 * Then instructions that usually stay in the guest are made calls of C, so that they can be
 * counted; only swapgs, iret and sysret stay as they are, since they may stand where there is no
 * stack to call with, and an sti right before a halt, which only sets a mark.
 *
 * Invariant: one line for each counter that is not zero, "stats NAME COUNT".
 */
#include <wedge/backend.h>
#include <wedge/counters.h>
#include <wedge/log.h>
#include <wedge/stats.h>

enum { NAME_SIZE = 64 };

static bool wanted;

static bool ends_word(char c)
{
	return (unsigned char)c <= ' ';
}

/* Does the word stand at `at`, and nothing behind it? */
static bool is_word(const char *at, const char *word)
{
	while (*word && *at == *word) {
		at++;
		word++;
	}
	return !*word && ends_word(*at);
}

void stats_init(void)
{
	wanted = false;
	for (const char *line = backend_command_line(), *at = line; *at; at++) {
		if ((at == line || ends_word(at[-1])) && is_word(at, "afterburn.stats"))
			wanted = true;
	}
}

bool stats_wanted(void)
{
	return wanted;
}

void stats_print(const struct vcpu *v)
{
	/* Printing is counted too: what is shown was counted before. */
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
