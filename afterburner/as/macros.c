/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * macros.c - the macros that the text defines, and their arguments.
 *
 * Invariant: spans point into the input or into m->memory, which both outlive them.
 */
#include "macros.h"

#include "macro_text.h"
#include "splitter.h"

#include <string.h>

/* Take one formal parameter: name, name=default, name:qualifier. */
static bool take_formal(struct macros *m, struct span *rest, struct formal *formal)
{
	*formal = (struct formal){.name = macro_text_name(rest)};
	formal->value = (struct span){rest->end, rest->end};
	if (formal->name.begin == formal->name.end)
		return false;
	if (rest->begin < rest->end && *rest->begin == ':') {
		rest->begin++;
		formal->takes_rest = span_is(macro_text_name(rest), "vararg");
	}
	if (rest->begin < rest->end && *rest->begin == '=') {
		rest->begin++;
		macros_take(m, rest, &formal->value);
	}
	macro_text_skip_comma(rest);
	return true;
}

static struct span lower(struct macros *m, struct span name)
{
	char *out = arena_take(&m->memory, span_length(name) + 1);

	for (size_t i = 0; i < span_length(name); i++)
		out[i] = to_lower(name.begin[i]);
	return (struct span){out, out + span_length(name)};
}

/* Most words are no macro's name; this tells without looking for it. */
static unsigned long long *filter_of(struct macros *m, struct span name)
{
	return &m->starts[span_length(name) % 32];
}

static unsigned long long filter_bit(struct span name)
{
	return 1ull << (name.begin < name.end ? to_lower(*name.begin) & 63 : 0);
}

struct macro *macros_define(struct macros *m, struct span operands, struct span body)
{
	struct macro *macro = arena_take(&m->memory, sizeof(*macro));
	struct span name = lower(m, macro_text_name(&operands)), rest;
	struct formal formal, *formals;

	macro_text_skip_comma(&operands);
	*macro = (struct macro){.body = body, .older = table_find(&m->names, NULL, name)};
	for (rest = operands; take_formal(m, &rest, &formal);)
		macro->count++;
	macro->formals = formals = arena_take(&m->memory, (macro->count + 1) * sizeof(*formals));
	for (rest = operands; take_formal(m, &rest, &formal); formals++) {
		*formals = formal;
		table_set(&m->names, macro->formals, formal.name, formals);
	}
	*filter_of(m, name) |= filter_bit(name);
	table_set(&m->names, NULL, name, macro);
	if (m->last)
		m->last->next = macro;
	else
		m->first = macro;
	m->last = macro;
	return macro;
}

const struct formal *macros_loop_formal(struct macros *m, struct span *rest)
{
	struct formal *formal = arena_take(&m->memory, sizeof(*formal));

	*formal = (struct formal){.name = macro_text_name(rest)};
	macro_text_skip_comma(rest);
	table_set(&m->names, formal, formal->name, formal);
	return formal;
}

struct macro *macros_find(struct macros *m, struct span name)
{
	char small[64];
	struct macro *macro;

	if (!(*filter_of(m, name) & filter_bit(name)))
		return NULL;
	if (span_length(name) <= sizeof(small)) {
		for (size_t i = 0; i < span_length(name); i++)
			small[i] = to_lower(name.begin[i]);
		name = (struct span){small, small + span_length(name)};
	} else {
		name = lower(m, name);
	}
	macro = table_find(&m->names, NULL, name);
	while (macro && macro->dropped)
		macro = macro->older;
	return macro;
}

void macros_purge(struct macros *m, struct span operands, bool maybe)
{
	struct macro *macro = macros_find(m, macro_text_name(&operands));

	for (; macro; macro = macro->older) {
		bool more = macro->maybe;

		if (maybe)
			macro->maybe = true;
		else
			macro->dropped = true;
		if (!more)
			break;
	}
}

void macros_free(struct macros *m)
{
	table_free(&m->names);
	arena_free(&m->memory);
	buffer_free(&m->scratch);
	*m = (struct macros){0};
}

/* `name=` at the front of *rest, where a call gives a value by name; NULL: a place in the list. */
static const struct formal *take_keyword(struct macros *m, const struct macro *macro,
					 struct span *rest)
{
	struct span after = *rest, name = macro_text_name(&after);

	if (m->alternate || name.begin == name.end || after.begin >= after.end ||
	    *after.begin != '=')
		return NULL;
	rest->begin = after.begin + 1;
	return table_find(&m->names, macro->formals, name);
}

/* Which values does the call give? `values` has room for all formals. */
static void assign(struct macros *m, const struct macro *macro, struct span rest,
		   struct span *values)
{
	const struct formal *place = macro->formals, *end = place + macro->count;

	for (unsigned int i = 0; i < macro->count; i++)
		values[i] = macro->formals[i].value;
	rest.begin = macro_text_skip_gap(rest.begin, rest.end);
	while (rest.begin < rest.end) {
		const struct formal *formal = take_keyword(m, macro, &rest);
		struct span value;

		if (!formal && place < end)
			formal = place++;
		if (!formal || formal->takes_rest) {
			value = macro_text_scrub(m, rest);
			rest.begin = rest.end;
		} else if (!macros_take(m, &rest, &value)) {
			value = (struct span){rest.end, rest.end};
		}
		if (formal && value.begin < value.end)
			values[formal - macro->formals] = value;
	}
}

const struct bindings *macros_bind(struct macros *m, const struct macro *macro,
				   struct span operands, struct span raw,
				   const struct bindings *bound)
{
	struct bindings *b = arena_take(&m->memory, sizeof(*b));
	struct value *values = arena_take(&m->memory, (macro->count + 1) * sizeof(*values));
	struct span *texts = arena_take(&m->memory, (macro->count + 1) * sizeof(*texts)), *raws;

	assign(m, macro, operands, texts);
	raws = texts;
	if (raw.begin && raw.begin != operands.begin) {
		raws = arena_take(&m->memory, (macro->count + 1) * sizeof(*raws));
		assign(m, macro, raw, raws);
	}
	for (unsigned int i = 0; i < macro->count; i++) {
		const struct value *whole = NULL;

		values[i] = (struct value){texts[i], raws[i], bound};
		if (raws != texts)
			whole = macros_whole(m, raws[i], bound);
		if (whole)
			values[i] = *whole;
	}
	*b = (struct bindings){macro->outer, macro->formals, values, macro->count, m->calls++};
	return b;
}

static const struct value *look_up(const struct macros *m, const struct bindings *b,
				   struct span name)
{
	const struct formal *formal;
	const struct value *value;

	if (!b)
		return NULL;
	value = look_up(m, b->outer, name);
	if (value)
		return value;
	formal = table_find(&m->names, b->formals, name);
	return formal ? &b->values[formal - b->formals] : NULL;
}

bool macros_bound(const struct macros *m, const struct bindings *b, const char *name)
{
	return look_up(m, b, (struct span){name, name + strlen(name)}) != NULL;
}

/*
 * The reference to an argument at `p`: \name, &name&, and in alternate mode name alone. Returns
 * behind it, with its value; `p` if there is none.
 */
static const char *reference(const struct macros *m, const char *p, const char *end,
			     const struct bindings *b, struct span *name,
			     const struct value **value)
{
	bool marked = *p == '\\' || *p == '&';
	char mark = *p;

	*name = (struct span){p + marked, p + marked};
	if (!marked && !m->alternate)
		return p;
	while (name->end < end && is_name_char(*name->end))
		name->end++;
	if (name->begin == name->end || (*name->begin >= '0' && *name->begin <= '9'))
		return p;
	*value = look_up(m, b, *name);
	if (!*value)
		return p;
	p = name->end;
	return p < end && (mark == '&' || m->alternate) && *p == '&' ? p + 1 : p;
}

/* What stands at `p` and is no reference, goes to the output. Returns behind it. */
static const char *copy_other(const struct macros *m, const char *p, const char *end,
			      const struct bindings *b, struct buffer *out)
{
	const char *close, *begin = p;

	if (*p == '\\' && p + 1 < end && p[1] == '@') {
		while (b->outer)
			b = b->outer;
		buffer_number(out, b->number);
		return p + 2;
	}
	if (*p == '\\' && p + 1 < end && p[1] == '(') {
		close = memchr(p, ')', (size_t)(end - p));
		close = close ? close : end;
		buffer_bytes(out, p + 2, (size_t)(close - p - 2));
		return close < end ? close + 1 : end;
	}
	p++;
	/* In alternate mode a name is taken whole; else only marks matter. */
	while (p < end && *p != '\\' && *p != '&' &&
	       (!m->alternate || is_name_char(*p) == is_name_char(*begin)))
		p++;
	buffer_bytes(out, begin, (size_t)(p - begin));
	return p;
}

const struct value *macros_whole(const struct macros *m, struct span text, const struct bindings *b)
{
	const struct value *value;
	struct span name;

	if (text.begin == text.end ||
	    reference(m, text.begin, text.end, b, &name, &value) != text.end)
		return NULL;
	return value;
}

struct span macros_substitute(struct macros *m, struct span text, const struct bindings *b)
{
	const struct value *value;
	struct span name;

	if (!b || (!m->alternate && !memchr(text.begin, '\\', span_length(text)) &&
		   !memchr(text.begin, '&', span_length(text))))
		return text;
	m->scratch.size = 0;
	for (const char *p = text.begin; p < text.end;) {
		const char *after = reference(m, p, text.end, b, &name, &value);

		if (after == p) {
			p = copy_other(m, p, text.end, b, &m->scratch);
			continue;
		}
		buffer_bytes(&m->scratch, value->text.begin, span_length(value->text));
		p = after;
	}
	return arena_copy(&m->memory, m->scratch.data, m->scratch.size);
}

static void add_reference(struct references *r, struct span name, struct span value)
{
	for (unsigned int i = 0; i < r->count && i < REFERENCES_MAX; i++)
		if (span_equal(r->names[i], name))
			return;
	if (r->count < REFERENCES_MAX) {
		r->names[r->count] = name;
		r->values[r->count] = value;
	}
	r->count++;
}

void macros_references(const struct macros *m, struct span text, const struct bindings *b,
		       struct references *out)
{
	out->count = 0;
	for (const char *p = text.begin; b && p < text.end;) {
		const struct value *value;
		struct span name;
		const char *after = reference(m, p, text.end, b, &name, &value);

		if (after > p)
			add_reference(out, name, value->text);
		else
			after = name.end > p ? name.end : p + 1;
		p = after;
	}
}
