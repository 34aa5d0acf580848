/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_compare.c - compare two objects part by part.
 *
 * Invariant: sections are compared code first, since everything else is judged by its shifts.
 */
#include "proof_compare.h"

#include "diag.h"

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void proof_find(struct comparison *c, uint32_t section, uint64_t at, const char *format, ...)
{
	struct finding *finding = &c->findings[c->count];
	va_list arguments;

	if (c->count++ >= FINDINGS_MAX)
		return;
	finding->section = c->plain->sections[section].name;
	finding->at = at;
	finding->statement =
		c->marks ? marks_find(&c->plain_marks.sections[section], at) : NO_STATEMENT;
	va_start(arguments, format);
	vsnprintf(finding->text, sizeof(finding->text), format, arguments);
	va_end(arguments);
}

void proof_blame(struct comparison *c, uint32_t statement)
{
	if (c->count <= FINDINGS_MAX)
		c->findings[c->count - 1].statement = statement;
}

void *proof_grow(void *list, uint64_t count, uint64_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room ? 2 * *room : 64;
	list = realloc(list, *room * size);
	if (!list)
		die("out of memory");
	return list;
}

void proof_differs(struct comparison *c, uint32_t section, uint64_t at, uint64_t before,
		   uint64_t after, unsigned int width)
{
	c->distances = proof_grow(c->distances, c->distance_count, &c->distance_room,
				  sizeof(*c->distances));
	c->distances[c->distance_count++] = (struct distance){section, at, before, after, width};
}

bool proof_done(const struct comparison *c)
{
	return c->count >= (c->marks ? FINDINGS_MAX : 1);
}

int64_t proof_signed(uint64_t value, unsigned int width)
{
	unsigned int unused = 64 - 8 * width;

	return (int64_t)(value << unused) >> unused;
}

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static bool any_explains(struct comparison *c, uint64_t before, uint64_t after)
{
	struct answer *answer = &c->answers[(before + 7 * after) % 64];

	if (answer->known && answer->before == before && answer->after == after)
		return answer->explained;
	*answer = (struct answer){before, after, true, false};
	for (uint32_t i = 1; i < c->plain->section_count && !answer->explained; i++)
		answer->explained =
			c->shifts[i].count > 1 && shift_explains(&c->shifts[i], before, after);
	return answer->explained;
}

bool proof_explains(struct comparison *c, uint64_t before, uint64_t after, unsigned int width)
{
	int64_t b = proof_signed(before, width), a = proof_signed(after, width);

	/* What has changed its sign has wrapped. */
	if ((b < 0) != (a < 0))
		return false;
	/* A negative number is a distance backwards, or a large one without sign. */
	return any_explains(c, magnitude(b), magnitude(a)) ||
	       (b < 0 && any_explains(c, before, after));
}

static bool is_ignored(const struct object *object, uint32_t index)
{
	const struct object_section *s = &object->sections[index];

	switch (s->type) {
	case SHT_REL:
	case SHT_RELA: /* compared with the section that they change */
	case SHT_SYMTAB:
	case SHT_STRTAB:
	case SHT_SYMTAB_SHNDX:
	case SHT_NULL:
		return true;
	default:
		return strcmp(s->name, MARKS_SECTION) == 0;
	}
}

static uint32_t next(const struct object *object, uint32_t index)
{
	do
		index++;
	while (index < object->section_count && is_ignored(object, index));
	return index;
}

bool proof_is_debug(const struct object_section *section)
{
	return !(section->flags & SHF_ALLOC) && (strncmp(section->name, ".debug_", 7) == 0 ||
						 strncmp(section->name, ".zdebug_", 8) == 0);
}

/* Debug information is compressed where that makes it smaller, and may have another name then. */
static bool same_kind(const struct object_section *plain, const struct object_section *annotated)
{
	if (proof_is_debug(plain) && proof_is_debug(annotated))
		return strcmp(strchr(plain->name, '_'), strchr(annotated->name, '_')) == 0;
	return strcmp(plain->name, annotated->name) == 0 && plain->type == annotated->type &&
	       plain->flags == annotated->flags;
}

/* Both objects have the same sections in the same order. */
static void pair_sections(struct comparison *c)
{
	uint32_t p = next(c->plain, 0), a = next(c->annotated, 0);

	for (; p < c->plain->section_count && a < c->annotated->section_count;
	     p = next(c->plain, p), a = next(c->annotated, a)) {
		const struct object_section *plain = &c->plain->sections[p];
		const struct object_section *annotated = &c->annotated->sections[a];

		if (!same_kind(plain, annotated)) {
			proof_find(c, p, 0, "section %.80s is another without pads",
				   annotated->name);
			return;
		}
		c->pair[p] = a;
	}
	if (p < c->plain->section_count)
		proof_find(c, p, 0, "section %.80s is missing", c->plain->sections[p].name);
	if (a < c->annotated->section_count)
		proof_find(c, 0, 0, "section %.80s is there only with pads",
			   c->annotated->sections[a].name);
}

static void *allocate(uint32_t count, size_t size)
{
	void *memory = calloc((size_t)count + 1, size);

	if (!memory)
		die("out of memory");
	return memory;
}

static bool read_marks(struct comparison *c)
{
	return marks_read(&c->plain_marks, c->plain, c->marks, c->mode) &&
	       marks_read(&c->annotated_marks, c->annotated, c->marks, c->mode);
}

/* Data whose statements are known: then its numbers' widths are, too. */
static bool is_marked(const struct comparison *c, uint32_t section)
{
	return c->marks && c->plain_marks.sections[section].count &&
	       c->plain->sections[section].type == SHT_PROGBITS;
}

static void compare_identical(struct comparison *c, uint32_t section)
{
	const struct object_section *plain = &c->plain->sections[section];
	const struct object_section *annotated = &c->annotated->sections[c->pair[section]];

	if (proof_is_debug(plain) || plain->type == SHT_GROUP)
		return;
	if (plain->size != annotated->size ||
	    (plain->type != SHT_NOBITS &&
	     memcmp(plain->data.data, annotated->data.data, plain->size) != 0))
		proof_find(c, section, 0, "the object is not what the real as makes of the text");
}

static void judge_distances(struct comparison *c)
{
	for (uint64_t i = 0; i < c->distance_count && !proof_done(c); i++) {
		const struct distance *d = &c->distances[i];

		if (!proof_explains(c, d->before, d->after, d->width))
			proof_find(c, d->section, d->at,
				   "a distance over pads no longer fits its field, or is none");
	}
}

static void compare_sections(struct comparison *c, bool code)
{
	for (uint32_t i = 1; i < c->plain->section_count && !proof_done(c); i++) {
		if (!c->pair[i] || object_is_code(&c->plain->sections[i]) != code)
			continue;
		if (c->identical)
			compare_identical(c, i);
		else if (code || is_marked(c, i))
			proof_walk(c, i);
		else
			proof_data(c, i);
	}
}

void proof_compare(struct comparison *c)
{
	uint32_t count = c->plain->section_count;

	c->pair = allocate(count, sizeof(*c->pair));
	c->shifts = allocate(count, sizeof(*c->shifts));
	c->reach = allocate(count, sizeof(*c->reach));
	for (uint32_t i = 0; i < count; i++)
		shift_start(&c->shifts[i], c->plain->sections[i].size);
	if (c->marks && !read_marks(c)) {
		c->marks = NULL;
		proof_find(c, 0, 0, "its marks make no sense");
		return;
	}
	pair_sections(c);
	if (c->count)
		return;
	compare_sections(c, true);
	if (c->plain == c->annotated)
		return;
	compare_sections(c, false);
	judge_distances(c);
	for (uint32_t i = 1; i < count && !proof_done(c); i++)
		if (c->pair[i])
			proof_relocs(c, i);
	if (!proof_done(c))
		proof_symbols(c);
}

void proof_compare_free(struct comparison *c)
{
	for (uint32_t i = 0; c->shifts && i < c->plain->section_count; i++) {
		shift_free(&c->shifts[i]);
		free(c->reach[i]);
	}
	free(c->shifts);
	free(c->reach);
	free(c->pair);
	free(c->distances);
	marks_free(&c->plain_marks);
	marks_free(&c->annotated_marks);
}
