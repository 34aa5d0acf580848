/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit_baseline.c - findings that a user has looked at and accepts, one a line:
 *
 *   # why they are accepted
 *   function: text of the finding
 *   function: mnemonic
 *
 * `function` is a shell pattern. A line has no offset, so another compiler does not invalidate it.
 *
 * Invariant: a line that accepts nothing is reported, so that outdated lines are removed.
 */
#include "audit.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "elf/input.h"

struct line {
	const char *function, *text;
	unsigned int number;
	bool used;
};

struct baseline {
	char *file;
	struct line *lines;
	uint64_t count, room;
};

static void trim_end(char *text)
{
	size_t size = strlen(text);

	while (size && (text[size - 1] == ' ' || text[size - 1] == '\t' || text[size - 1] == '\r'))
		text[--size] = '\0';
}

static int add_line(struct baseline *b, char *text, unsigned int number, struct ab_error *error)
{
	struct line line = {.number = number};
	char *colon;

	text += strspn(text, " \t");
	trim_end(text);
	if (*text == '\0' || *text == '#')
		return 0;
	colon = strstr(text, ": ");
	if (!colon || colon == text)
		return ab_fail(error, "line %u is not 'function: text'", number);
	*colon = '\0';
	line.function = text;
	line.text = colon + 2 + strspn(colon + 2, " \t");
	b->lines = ab_grow(b->lines, b->count, &b->room, sizeof(*b->lines));
	b->lines[b->count++] = line;
	return 0;
}

struct baseline *baseline_read(const char *path, struct ab_error *error)
{
	struct baseline *b;
	struct ab_bytes bytes;
	unsigned int number = 0;
	char *rest, *text;

	if (ab_input_read(path, &bytes, error) < 0)
		return NULL;
	b = ab_alloc(1, sizeof(*b));
	b->file = ab_alloc(bytes.size + 1, 1);
	memcpy(b->file, bytes.data, bytes.size);
	free((void *)(uintptr_t)bytes.data);
	rest = b->file;
	while ((text = strsep(&rest, "\n")))
		if (add_line(b, text, ++number, error) < 0) {
			baseline_free(b);
			return NULL;
		}
	return b;
}

void baseline_free(struct baseline *baseline)
{
	if (!baseline)
		return;
	free(baseline->lines);
	free(baseline->file);
	free(baseline);
}

/* The whole text, or its first word alone. */
static bool text_fits(const char *wanted, const char *text)
{
	size_t word = strcspn(text, " ");

	return strcmp(wanted, text) == 0 ||
	       (strlen(wanted) == word && memcmp(wanted, text, word) == 0);
}

bool baseline_accepts(struct baseline *baseline, const char *function, const char *text)
{
	bool accepted = false;

	for (uint64_t i = 0; baseline && i < baseline->count; i++) {
		struct line *line = &baseline->lines[i];

		if (fnmatch(line->function, function, 0) == 0 && text_fits(line->text, text)) {
			line->used = true;
			accepted = true;
		}
	}
	return accepted;
}

uint64_t baseline_unused(const struct baseline *baseline,
			 void (*unused)(unsigned int line, const char *text))
{
	uint64_t count = 0;

	for (uint64_t i = 0; baseline && i < baseline->count; i++)
		if (!baseline->lines[i].used) {
			unused(baseline->lines[i].number, baseline->lines[i].function);
			count++;
		}
	return count;
}
