/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sections.c - follow the section directives.
 *
 * Invariant: the flags that a file once gave to a section name hold wherever the file names that
 * section again without flags, as in gas.
 */
#include "sections.h"

#include <string.h>

static void remember(struct section_names *names, struct section section)
{
	struct section *known = table_find(&names->table, NULL, section.name);

	if (!known) {
		known = arena_take(&names->memory, sizeof(*known));
		table_set(&names->table, NULL, section.name, known);
	}
	*known = section;
}

/* Code there is a template that is copied before it runs, or data whatever its flags say. */
bool sections_never_code(struct span name)
{
	static const char *const prefixes[] = {".altinstr_replacement", ".rodata", ".data",
					       ".discard."};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (span_starts(name, prefixes[i]))
			return true;
	return false;
}

/* What gas takes for executable when no flags were ever given. */
static bool code_by_name(struct span name)
{
	return span_is(name, ".text") || span_starts(name, ".text.") || span_is(name, ".init") ||
	       span_is(name, ".fini") || span_is(name, ".plt") ||
	       span_starts(name, ".gnu.linkonce.t.");
}

/* Behind the section's name at the front of the operands. */
static const char *name_end(struct span operands)
{
	const char *p = operands.begin;

	if (p < operands.end && *p == '"') {
		p = memchr(p + 1, '"', (size_t)(operands.end - p) - 1);
		return p ? p + 1 : operands.end;
	}
	while (p < operands.end && *p != ',' && !is_blank(*p))
		p++;
	return p;
}

/* The flags string, without its quotes; empty and NULL if there is none. */
static struct span find_flags(const char *p, const char *end)
{
	struct span flags = {NULL, NULL};

	p = memchr(p, ',', (size_t)(end - p));
	if (!p)
		return flags;
	for (p++; p < end && is_blank(*p);)
		p++;
	/* .pushsection may have a subsection number before the flags. */
	if (p < end && *p != '"')
		return find_flags(p, end);
	if (p >= end)
		return flags;
	flags.begin = p + 1;
	flags.end = memchr(p + 1, '"', (size_t)(end - p) - 1);
	if (!flags.end)
		flags.end = end;
	return flags;
}

static struct section look_up(struct section_names *names, struct span operands)
{
	const char *end = name_end(operands);
	struct section section = {{operands.begin, end}, NO}, *known;
	struct span flags = find_flags(end, operands.end);

	if (span_length(section.name) >= 2 && *section.name.begin == '"') {
		section.name.begin++;
		section.name.end--;
	}
	known = table_find(&names->table, NULL, section.name);
	if (flags.begin)
		section.code = memchr(flags.begin, 'x', span_length(flags)) ? YES : NO;
	else if (known)
		section.code = known->code;
	else if (code_by_name(section.name))
		section.code = YES;
	/* Only in a macro that nothing calls: an argument without a value. */
	if (span_has_argument((struct span){section.name.begin, flags.begin ? flags.end : end}))
		section.code = MAYBE;
	if (sections_never_code(section.name))
		section.code = NO;
	if (flags.begin)
		remember(names, section);
	return section;
}

static void change(struct sections *s, struct section section)
{
	s->previous = s->current;
	s->current = section;
}

static void change_to(struct sections *s, const char *name, enum truth code)
{
	change(s, (struct section){{name, name + strlen(name)}, code});
}

static void push(struct sections *s, struct span operands)
{
	if (s->depth < SECTIONS_DEPTH) {
		s->stack[2 * s->depth] = s->current;
		s->stack[2 * s->depth + 1] = s->previous;
	}
	s->depth++;
	change(s, look_up(s->names, operands));
}

static void pop(struct sections *s)
{
	if (s->depth == 0)
		return; /* gas will say so */
	s->depth--;
	if (s->depth < SECTIONS_DEPTH) {
		s->current = s->stack[2 * s->depth];
		s->previous = s->stack[2 * s->depth + 1];
	} else {
		s->current.code = s->previous.code = MAYBE;
	}
}

void sections_start(struct sections *s, struct section_names *names)
{
	*s = (struct sections){.names = names};
	change_to(s, ".text", YES);
	s->previous = s->current;
}

bool sections_directive(struct sections *s, struct span word, struct span operands)
{
	struct section other;

	switch (to_lower(word.begin[1])) {
	case 't':
		if (!span_is(word, ".text"))
			return false;
		change_to(s, ".text", YES);
		return true;
	case 'd':
		if (!span_is(word, ".data"))
			return false;
		change_to(s, ".data", NO);
		return true;
	case 'o':
		if (!span_is(word, ".offset"))
			return false;
		change_to(s, "*ABS*", NO);
		return true;
	case 'b':
		if (!span_is(word, ".bss"))
			return false;
		change_to(s, ".bss", NO);
		return true;
	case 's':
		if (span_is(word, ".section"))
			change(s, look_up(s->names, operands));
		else if (span_is(word, ".subsection"))
			change(s, s->current);
		else if (span_is(word, ".struct"))
			change_to(s, "*ABS*", NO);
		else
			return false;
		return true;
	case 'p':
		if (span_is(word, ".pushsection"))
			push(s, operands);
		else if (span_is(word, ".popsection"))
			pop(s);
		else if (span_is(word, ".previous")) {
			other = s->previous;
			s->previous = s->current;
			s->current = other;
		} else
			return false;
		return true;
	default:
		return false;
	}
}

static void merge(struct section *s, const struct section *other)
{
	if (s->code != other->code)
		s->code = MAYBE;
}

void sections_merge(struct sections *s, const struct sections *other)
{
	merge(&s->current, &other->current);
	merge(&s->previous, &other->previous);
	for (unsigned int i = 0; i < 2 * SECTIONS_DEPTH && i < 2 * s->depth; i++) {
		if (s->depth == other->depth)
			merge(&s->stack[i], &other->stack[i]);
		else
			s->stack[i].code = MAYBE;
	}
}

void sections_free(struct section_names *names)
{
	table_free(&names->table);
	arena_free(&names->memory);
}
