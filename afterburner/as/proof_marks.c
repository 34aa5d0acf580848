/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_marks.c - write marks into a text, and read them in its object.
 *
 * Invariant: a mark is written inside a physical line and holds neither quotes nor backslashes, so
 * that it may stand wherever a statement may, macro bodies included.
 */
#include "proof_marks.h"

#include "diag.h"
#include "proof_compare.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define MARK_SIZE 8

void marks_add(struct marks *marks, struct buffer *out, const struct mark *mark)
{
	if (marks->count == marks->capacity) {
		marks->capacity = marks->capacity ? 2 * marks->capacity : 1024;
		marks->list = realloc(marks->list, marks->capacity * sizeof(*marks->list));
		if (!marks->list)
			die("out of memory");
	}
	/* A symbol that is set again and again needs no name of its own for each mark. */
	buffer_text(out, ".set .Lafterburn_mark,.; .pushsection " MARKS_SECTION
			 "; .long .Lafterburn_mark,");
	buffer_number(out, marks->count);
	buffer_text(out, "; .popsection; ");
	marks->list[marks->count++] = *mark;
}

static bool is_fill(struct span word)
{
	static const char *const words[] = {".org",  ".skip", ".space", ".fill",
					    ".zero", ".nops", ".nop"};

	if (span_starts(word, ".align") || span_starts(word, ".balign") ||
	    span_starts(word, ".p2align"))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_is(word, words[i]))
			return true;
	return false;
}

static unsigned int width_of(struct span word)
{
	static const struct {
		const char *word;
		unsigned int width;
	} widths[] = {{".byte", 1},
		      {".dc.b", 1},
		      {".word", 2},
		      {".short", 2},
		      {".value", 2},
		      {".hword", 2},
		      {".2byte", 2},
		      {".dc.w", 2},
		      {".long", 4},
		      {".int", 4},
		      {".4byte", 4},
		      {".dc.l", 4},
		      {".quad", 8},
		      {".8byte", 8},
		      {".uleb128", WIDTH_ULEB},
		      {".sleb128", WIDTH_SLEB}};

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if (span_is(word, widths[i].word))
			return widths[i].width;
	return 0;
}

/* May it hold `symbol - label`? `symbol - .` is what relocations are made for. */
static bool has_difference(struct span operands)
{
	struct span rest = operands;

	if (rest.begin < rest.end && rest.end[-1] == '.') {
		rest = span_trim((struct span){rest.begin, rest.end - 1});
		if (rest.begin < rest.end && rest.end[-1] == '-')
			return false;
	}
	return memchr(operands.begin, '-', span_length(operands)) || span_has_argument(operands);
}

void marks_classify(struct span word, struct span operands, struct mark *mark)
{
	mark->width = 0;
	mark->difference = has_difference(operands);
	mark->argument = *word.begin == '\\';
	mark->sets_mode = true;
	if (span_is(word, ".code64"))
		mark->mode = AFTERBURN_CODE_64;
	else if (span_is(word, ".code32"))
		mark->mode = AFTERBURN_CODE_32;
	else if (span_is(word, ".code16") || span_is(word, ".code16gcc"))
		mark->mode = AFTERBURN_CODE_16;
	else
		mark->sets_mode = false;
	if (*word.begin != '.' || span_is(word, ".include") || span_is(word, ".insn")) {
		mark->extent = EXTENT_CODE;
	} else if (is_fill(word)) {
		mark->extent = EXTENT_FILL;
	} else {
		mark->extent = EXTENT_DATA;
		mark->width = width_of(word);
	}
}

static void append(struct mark_list *list, struct marked mark)
{
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 64;
		list->list = realloc(list->list, list->capacity * sizeof(*list->list));
		if (!list->list)
			die("out of memory");
	}
	list->list[list->count++] = mark;
}

/* Marks at one place stay in the order in which they were written: qsort() alone is not stable. */
static void sort(struct mark_list *list)
{
	struct marked *from = list->list, *to = calloc(list->count + 1, sizeof(*to)), *other;

	if (!to)
		die("out of memory");
	for (size_t run = 1; run < list->count; run *= 2) {
		for (size_t begin = 0; begin < list->count; begin += 2 * run) {
			size_t middle = begin + run < list->count ? begin + run : list->count;
			size_t end = middle + run < list->count ? middle + run : list->count;
			size_t i = begin, j = middle;

			for (size_t k = begin; k < end; k++)
				to[k] = i < middle && (j >= end || from[i].at <= from[j].at)
						? from[i++]
						: from[j++];
		}
		other = from;
		from = to;
		to = other;
	}
	list->list = from;
	free(to);
}

/* What the statements before set, in the order in which gas meets them. */
struct state {
	enum afterburn_code_mode mode;
	bool off; /* pads are off in the line that is no macro's */
};

/* One mark: its place is a relocation, its number stands behind that. */
static bool read_mark(struct mark_lists *lists, const struct object *object,
		      const struct object_section *section, const struct object_reloc *reloc,
		      const struct marks *marks, struct state *state)
{
	const struct mark *written;
	struct object_symbol symbol;
	struct ab_bytes number;
	struct marked mark = {0};

	if (!ab_slice(section->data, reloc->offset, MARK_SIZE, &number) ||
	    !object_symbol(object, reloc->symbol, &symbol))
		return false;
	mark.at = symbol.value + (uint64_t)reloc->addend;
	mark.statement = (uint32_t)ab_get(number.data + 4, 4);
	if (mark.statement >= marks->count || symbol.section == OBJECT_NO_SECTION)
		return false;
	written = &marks->list[mark.statement];
	if (written->sets_mode)
		state->mode = written->mode;
	mark.mode = state->mode;
	if (!written->in_macro)
		state->off = written->off;
	mark.excused = written->in_macro && written->argument && state->off;
	/* Debug information is not compared, and may be compressed. */
	if (!(object->sections[symbol.section].flags & SHF_ALLOC))
		return true;
	append(&lists->sections[symbol.section], mark);
	return mark.at <= object->sections[symbol.section].size;
}

bool marks_read(struct mark_lists *lists, const struct object *object, const struct marks *marks,
		enum afterburn_code_mode mode)
{
	struct state state = {mode, false};

	lists->count = object->section_count;
	lists->sections = calloc((size_t)lists->count + 1, sizeof(*lists->sections));
	if (!lists->sections)
		die("out of memory");
	for (uint32_t i = 1; i < object->section_count; i++) {
		const struct object_section *section = &object->sections[i];
		struct object_reloc reloc;

		if (strcmp(section->name, MARKS_SECTION) != 0)
			continue;
		for (uint64_t n = 0; n < section->reloc_count; n++)
			if (!object_reloc(object, section, n, &reloc) ||
			    !read_mark(lists, object, section, &reloc, marks, &state))
				return false;
	}
	for (uint32_t i = 0; i < lists->count; i++)
		if (lists->sections[i].count)
			sort(&lists->sections[i]);
	return true;
}

void marks_free(struct mark_lists *lists)
{
	for (uint32_t i = 0; i < lists->count; i++)
		free(lists->sections[i].list);
	free(lists->sections);
	*lists = (struct mark_lists){0};
}

/* How many marks stand at or before `at`. */
static size_t count_upto(const struct mark_list *list, uint64_t at)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->list[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t marks_find(const struct mark_list *list, uint64_t at)
{
	size_t upto = count_upto(list, at);

	return upto ? list->list[upto - 1].statement : NO_STATEMENT;
}

bool marks_is_at(const struct mark_list *list, uint64_t at)
{
	size_t upto = count_upto(list, at);

	return upto && list->list[upto - 1].at == at;
}
