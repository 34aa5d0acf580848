/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_parse.c - the words of --net.
 *
 * Invariant: what is not understood ends the launcher before anything was started.
 */
#include "net.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#define WORDS "user[,nohost][,forward=HOST:GUEST]..., tap=NAME or none"

/* A port, and what stands behind it; 0 if there is none. */
static uint16_t take_port(const char *text, char **end)
{
	unsigned long value;

	*end = (char *)text;
	if (*text < '0' || *text > '9')
		return 0;
	errno = 0;
	value = strtoul(text, end, 10);
	return errno || value > UINT16_MAX ? 0 : (uint16_t)value;
}

static void take_forward(struct net_option *o, const char *word)
{
	struct net_forward f = {0};
	char *end;

	f.host = take_port(word, &end);
	if (f.host && *end == ':')
		f.guest = take_port(end + 1, &end);
	if (!f.host || !f.guest || (*end && *end != ','))
		die(END_USAGE,
		    "--net takes forward=HOST:GUEST, with TCP ports from 1 to 65535, not '%s'",
		    word);
	if (o->forwards == NET_FORWARDS_MAX)
		die(END_USAGE, "--net takes at most %d forwards", NET_FORWARDS_MAX);
	o->forward[o->forwards++] = f;
}

static void take_words(struct net_option *o, const char *words, const char *text)
{
	static const char forward[] = ",forward=", nohost[] = ",nohost";

	for (; *words; words += strcspn(words, ",")) {
		size_t length = 1 + strcspn(words + 1, ",");

		if (length == sizeof(nohost) - 1 && strncmp(words, nohost, length) == 0) {
			o->nohost = true;
			words += length;
			continue;
		}
		if (strncmp(words, forward, sizeof(forward) - 1) != 0)
			die(END_USAGE, "--net takes " WORDS ", not '%s'", text);
		words += sizeof(forward) - 1;
		take_forward(o, words);
	}
}

void net_parse(struct net_option *option, const char *text)
{
	*option = (struct net_option){0};
	if (strcmp(text, "none") == 0)
		return;
	if (strncmp(text, "tap=", 4) == 0) {
		option->kind = NET_TAP;
		option->tap = text + 4;
		if (!*option->tap || strlen(option->tap) >= IFNAMSIZ)
			die(END_USAGE, "--net: '%s' is no name of an interface", option->tap);
		return;
	}
	if (strncmp(text, "user", 4) != 0 || (text[4] && text[4] != ','))
		die(END_USAGE, "--net takes " WORDS ", not '%s'", text);
	option->kind = NET_USER;
	take_words(option, text + 4, text);
}
