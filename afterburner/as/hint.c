/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hint.c - name the site nearest to gas's first error.
 *
 * Invariant: does not depend on the language of gas's messages: `file:line:` is all it reads.
 */
#include "hint.h"

#include "locate.h"

#include <afterburn/sites.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The place in a line `file:12: Error: text`. Returns false if it is no such line. */
static bool parse_place(struct span line, struct location *at)
{
	for (const char *p = line.begin; p < line.end; p++) {
		unsigned long number = 0;
		const char *digit = p + 1;

		if (*p != ':')
			continue;
		for (; digit < line.end && *digit >= '0' && *digit <= '9'; digit++)
			number = number * 10 + (unsigned long)(*digit - '0');
		if (digit > p + 1 && digit < line.end && *digit == ':') {
			*at = (struct location){{line.begin, p}, number};
			return true;
		}
	}
	return false;
}

static bool first_place(const struct buffer *messages, struct location *at)
{
	const char *p = messages->data, *end = p + messages->size;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		struct span line = {p, newline ? newline : end};

		if (parse_place(line, at))
			return true;
		p = line.end + 1;
	}
	return false;
}

static unsigned long distance(unsigned long a, unsigned long b)
{
	return a > b ? a - b : b - a;
}

/* The site nearest to the place; the first one if none is in that file. */
static struct location nearest(const struct annotator *a, const struct location *place)
{
	struct location best = {{NULL, NULL}, 0};
	bool found = false;

	for (size_t i = 0; i < a->placed_count; i++) {
		const struct source *source = &a->sources[a->placed[i].source];
		struct location at = locate(source->text, a->placed[i].place, source->name);

		if (i == 0)
			best = at;
		if (!span_equal(at.file, place->file))
			continue;
		if (!found || distance(at.line, place->line) < distance(best.line, place->line))
			best = at;
		found = true;
	}
	return best;
}

void hint(const struct annotator *a, const struct buffer *messages)
{
	struct location place, site;
	char text[1024];
	int length;

	/* Without a place, the error is not about the text. */
	if (a->placed_count == 0 || !first_place(messages, &place))
		return;
	site = nearest(a, &place);
	if (span_starts(site.file, "./{"))
		site.file.begin += 2;
	length = snprintf(text, sizeof(text),
			  "as: note: %.*s:%lu: an annotated instruction near the error is %d bytes "
			  "longer; if that is the cause, put '# afterburn: off' before it, or "
			  "assemble the file with --afterburn=off\n",
			  (int)span_length(site.file), site.file.begin, site.line,
			  AFTERBURN_PAD_LEN);
	if (length > (int)sizeof(text) - 1)
		length = sizeof(text) - 1;
	if (write(STDERR_FILENO, text, (size_t)length) < 0)
		return; /* nobody left to tell */
}
