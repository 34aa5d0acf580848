/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * locate.c - from a place in the text to the user's file and line.
 *
 * Only used when something has gone wrong, so it starts from the top every time.
 *
 * Invariant: reads no byte beyond `place`'s line.
 */
#include "locate.h"

#include <string.h>

/*
 * Apply the marker in the line, if it is one: `# 12 "file" flags`.
 * @physical: the line's own number
 */
static void apply_marker(struct span line, struct location *at, const char *name,
			 unsigned long physical)
{
	const char *p = line.begin, *quote;
	unsigned long number = 0;

	if (line.end - p < 3 || p[0] != '#' || p[1] != ' ' || p[2] < '0' || p[2] > '9')
		return;
	for (p += 2; p < line.end && *p >= '0' && *p <= '9'; p++)
		number = number * 10 + (unsigned long)(*p - '0');
	at->line = number - 1; /* the line end that follows adds one */
	if (line.end - p < 3 || p[0] != ' ' || p[1] != '"')
		return;
	quote = memchr(p + 2, '"', (size_t)(line.end - p) - 2);
	if (!quote)
		return;
	at->file = (struct span){p + 2, quote};
	if (quote == p + 2) {
		at->file = (struct span){name, name + strlen(name)};
		at->line = physical;
	}
}

struct location locate(struct span text, const char *place, const char *name)
{
	struct location at = {{name, name + strlen(name)}, 1};
	unsigned long physical = 1;
	const char *line = text.begin;

	while (line < place) {
		const char *end = memchr(line, '\n', (size_t)(text.end - line));

		if (!end || end >= place)
			break;
		apply_marker((struct span){line, end}, &at, name, physical);
		at.line++;
		physical++;
		line = end + 1;
	}
	return at;
}
