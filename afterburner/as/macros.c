/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * macros.c - the macros that the text defines (manual: Macro).
 *
 * Invariant: spans point into the input, which outlives this list.
 */
#include "macros.h"

#include "diag.h"
#include "splitter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_separator(char c)
{
	return is_blank(c) || c == ',';
}

bool macro_take_argument(struct span *rest, struct span *argument)
{
	const char *p = rest->begin;

	while (p < rest->end && is_separator(*p))
		p++;
	argument->begin = p;
	while (p < rest->end && !is_separator(*p))
		p = *p == '"' ? skip_quoted(p, rest->end) : p + 1;
	argument->end = p;
	rest->begin = p;
	return argument->begin < argument->end;
}

/* The parameter's name alone, without :req, :vararg or =default. */
static struct span parameter_name(struct span parameter)
{
	struct span name = {parameter.begin, parameter.begin};

	while (name.end < parameter.end && *name.end != '=' && *name.end != ':')
		name.end++;
	return name;
}

/* The `=` of `name=value`, or NULL. */
static const char *find_equals(struct span argument)
{
	const char *p = argument.begin;

	while (p < argument.end && *p != '"' && *p != '=' && *p != '(')
		p++;
	return p > argument.begin && p < argument.end && *p == '=' ? p : NULL;
}

struct span argument_value(struct span argument)
{
	const char *equals = find_equals(argument);

	if (equals)
		argument.begin = equals + 1;
	if (span_length(argument) >= 2 && *argument.begin == '"' && argument.end[-1] == '"') {
		argument.begin++;
		argument.end--;
	}
	return argument;
}

/* Most words are no macro's name; this tells without looking at the list. */
static unsigned long long *filter_of(struct macros *m, struct span name)
{
	return &m->starts[span_length(name) % 32];
}

static unsigned long long filter_bit(struct span name)
{
	return 1ull << (name.begin < name.end ? to_lower(*name.begin) & 63 : 0);
}

void macros_define(struct macros *m, struct span operands)
{
	struct span name;

	macro_take_argument(&operands, &name);
	/* `.macro name(a, b)` is a spelling, too. */
	for (const char *p = name.begin; p < name.end; p++) {
		if (*p == '(') {
			name.end = p;
			operands.begin = p + 1;
		}
	}
	if (m->count == m->capacity) {
		m->capacity = m->capacity ? 2 * m->capacity : 32;
		m->list = realloc(m->list, m->capacity * sizeof(*m->list));
		if (!m->list)
			die("out of memory");
	}
	*filter_of(m, name) |= filter_bit(name);
	m->list[m->count++] = (struct macro){.name = name, .parameters = operands};
}

static bool same_name(struct span a, struct span b)
{
	return span_length(a) == span_length(b) &&
	       strncasecmp(a.begin, b.begin, span_length(a)) == 0;
}

void macros_purge(struct macros *m, struct span operands)
{
	for (size_t i = 0; i < m->count; i++)
		if (same_name(m->list[i].name, operands))
			m->list[i].name.end = m->list[i].name.begin;
}

void macros_free(struct macros *m)
{
	free(m->list);
	*m = (struct macros){0};
}

struct macro *macros_find(const struct macros *m, struct span name)
{
	if (!(m->starts[span_length(name) % 32] & filter_bit(name)))
		return NULL;
	for (size_t i = m->count; i-- > 0;)
		if (same_name(m->list[i].name, name))
			return &m->list[i];
	return NULL;
}

bool macro_has_parameter(const struct macro *macro, struct span name)
{
	struct span rest = macro->parameters, parameter;

	while (macro_take_argument(&rest, &parameter))
		if (span_equal(parameter_name(parameter), name))
			return true;
	return false;
}

unsigned int macro_count_uses(struct span text, struct span name)
{
	unsigned int uses = 0;
	size_t length = span_length(name);

	for (const char *p = text.begin; p < text.end; p++) {
		p = memchr(p, '\\', (size_t)(text.end - p));
		if (!p)
			break;
		if ((size_t)(text.end - p) > length && memcmp(p + 1, name.begin, length) == 0 &&
		    !is_name_char(p[1 + length]))
			uses++;
	}
	return uses;
}

struct span macro_argument_for(const struct macro *macro, struct span operands, struct span name)
{
	struct span parameters = macro->parameters, rest = operands, parameter, argument;

	while (macro_take_argument(&rest, &argument)) {
		const char *equals = find_equals(argument);

		if (equals && span_equal((struct span){argument.begin, equals}, name))
			return argument;
		if (macro_take_argument(&parameters, &parameter) && !equals &&
		    span_equal(parameter_name(parameter), name))
			return argument;
	}
	return (struct span){operands.end, operands.end};
}
