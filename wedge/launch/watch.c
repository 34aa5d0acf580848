/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.c - see watch.h.
 *
 * Invariant: a line is judged as soon as enough of it has come, not when it ends.
 */
#include "watch.h"

#include <ctype.h>
#include <string.h>

static bool begins(const char *text, size_t size, const char *with)
{
	size_t length = strlen(with);

	return size >= length && memcmp(text, with, length) == 0;
}

/* "[    0.123456] " or nothing; returns its length. */
static size_t time_stamp(const char *line, size_t size)
{
	size_t at = 1;

	if (size == 0 || line[0] != '[')
		return 0;
	while (at < size && line[at] == ' ')
		at++;
	while (at < size && (isdigit((unsigned char)line[at]) || line[at] == '.'))
		at++;
	return begins(line + at, size - at, "] ") ? at + 2 : 0;
}

/* How the wedge's own lines begin (wedge/log.h). */
static const char wedge[] = "afterburn wedge: ";

/* Is something in the line, and could it not become one of the wedge's? */
static bool is_word(const char *line, size_t size)
{
	size_t same = size < strlen(wedge) ? size : strlen(wedge);

	if (memcmp(line, wedge, same) == 0)
		return false;
	while (size && isspace((unsigned char)line[size - 1]))
		size--;
	return size;
}

static void judge(struct watch *watch)
{
	size_t skip = time_stamp(watch->line, watch->length);
	const char *text = watch->line + skip;
	size_t size = watch->length - skip;

	if (begins(text, size, "Kernel panic - not syncing"))
		watch->last_word = WATCH_PANIC;
	if (begins(text, size, "reboot: Restarting system"))
		watch->last_word = WATCH_RESTART;
	watch->spoke |= is_word(watch->line, watch->length);
}

void watch_text(struct watch *watch, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n' || text[i] == '\r') {
			if (watch->length)
				judge(watch);
			watch->length = 0;
		} else if (watch->length < WATCH_LINE) {
			watch->line[watch->length++] = text[i];
		}
	}
	judge(watch);
}
