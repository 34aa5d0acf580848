/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdict.c - a statement that is assembled several times: what is it for which arguments?
 *
 * Invariant: two expansions with the same arguments that differ in their decision leave the
 * statement alone for these arguments.
 */
#include "verdict.h"

#include <string.h>

struct verdict *verdict_new(struct arena *memory, const struct site *site, bool quoted,
			    const struct references *arguments)
{
	struct verdict *v = arena_take(memory, sizeof(*v));

	*v = (struct verdict){.site = *site, .quoted = quoted, .count = arguments->count};
	if (v->count > REFERENCES_MAX)
		v->confused = true;
	else
		v->names = arena_take(memory, (v->count + 1) * sizeof(*v->names));
	for (unsigned int i = 0; i < v->count && !v->confused; i++)
		v->names[i] = arguments->names[i];
	return v;
}

/* All values as one text. */
static struct span join(struct arena *memory, const struct span *values, unsigned int count,
			char separator)
{
	size_t size = 0;
	char *out, *to;

	for (unsigned int i = 0; i < count; i++)
		size += span_length(values[i]) + 1;
	out = to = arena_take(memory, size + 1);
	for (unsigned int i = 0; i < count; i++) {
		if (i > 0)
			*to++ = separator;
		memcpy(to, values[i].begin, span_length(values[i]));
		to += span_length(values[i]);
	}
	*to = '\n';
	return (struct span){out, to};
}

static int both(int a, int b)
{
	if (a == b)
		return a;
	/* Only the place differs: behind is always possible. */
	if (a >= 0 && b >= 0 && (a | DECISION_BEFORE) == (b | DECISION_BEFORE))
		return a & ~DECISION_BEFORE;
	return DECISION_MIXED;
}

void verdict_add(struct verdict *v, struct arena *memory, struct table *known,
		 const struct references *arguments, int decision)
{
	struct span key, *values;
	struct outcome *o;

	if (v->confused || v->count != arguments->count) {
		v->confused = true;
		return;
	}
	key = join(memory, arguments->values, v->count, '\1');
	o = table_find(known, v, key);
	if (o) {
		o->decision = both(o->decision, decision);
		return;
	}
	o = arena_take(memory, sizeof(*o));
	values = arena_take(memory, (v->count + 1) * sizeof(*values));
	for (unsigned int i = 0; i < v->count; i++)
		values[i] = arguments->values[i];
	*o = (struct outcome){NULL, values, decision};
	if (v->newest)
		v->newest->next = o;
	else
		v->outcomes = o;
	v->newest = o;
	table_set(known, v, key, o);
}

/* From a text to a decision, for the time of one verdict. */
struct decisions {
	struct table table;
	struct arena memory;
};

static void decide(struct decisions *d, struct span key, int decision)
{
	int *known = table_find(&d->table, NULL, key);

	if (known) {
		*known = both(*known, decision);
		return;
	}
	known = arena_take(&d->memory, sizeof(*known));
	*known = decision;
	table_set(&d->table, NULL, key, known);
}

static int decision_of(const struct decisions *d, struct span key)
{
	const int *known = table_find(&d->table, NULL, key);

	return known ? *known : DECISION_MIXED;
}

static void forget(struct decisions *d)
{
	table_free(&d->table);
	arena_free(&d->memory);
}

/* Does the argument of this number alone decide? */
static bool decides(const struct verdict *v, unsigned int n)
{
	struct decisions d = {0};
	bool alone = true;

	for (const struct outcome *o = v->outcomes; o; o = o->next)
		decide(&d, o->values[n], o->decision);
	for (const struct outcome *o = v->outcomes; o && alone; o = o->next)
		alone = decision_of(&d, o->values[n]) != DECISION_MIXED ||
			o->decision == DECISION_MIXED;
	forget(&d);
	return alone;
}

struct choice {
	const struct verdict *v;
	unsigned int first, count; /* the arguments that are tested */
	struct macros *macros;
	struct span tested; /* as written */
	struct guard *guards;
	unsigned int found;
};

static bool add_guard(struct choice *c, struct span value, enum guard_form form, int decision)
{
	for (unsigned int i = 0; i < c->found; i++)
		if (span_equal(c->guards[i].value, value))
			return true;
	if (c->found == GUARDS_MAX)
		return false;
	c->guards[c->found++] = (struct guard){
		.tested = c->tested,
		.value = value,
		.form = form,
		.id = (unsigned int)decision & (DECISION_BEFORE - 1),
		.pad_before = decision & DECISION_BEFORE,
	};
	return true;
}

static struct span text_of(const struct choice *c, const struct outcome *o)
{
	if (c->count == 1)
		return o->values[c->first];
	return join(&c->macros->memory, o->values, c->count, ',');
}

static bool holds(struct span text, const char *characters)
{
	for (const char *p = text.begin; p < text.end; p++)
		if (strchr(characters, *p))
			return true;
	return false;
}

/* Guards that compare the whole text, as strings or as the rest of a line. */
static bool guard_texts(struct choice *c, enum guard_form form)
{
	for (const struct outcome *o = c->v->outcomes; o; o = o->next) {
		struct span text = text_of(c, o);

		if (o->decision < 0 || (form == GUARD_LINE && holds(text, "\",'~")))
			continue;
		if (!add_guard(c, text, form, o->decision))
			return false;
	}
	return true;
}

/* Can the item stand on the left of an .ifc? */
static bool is_plain(struct span item)
{
	if (item.begin == item.end)
		return false;
	for (const char *p = item.begin; p < item.end; p++)
		if (!is_name_char(*p) && *p != '%' && *p != '(' && *p != ')' && *p != '*')
			return false;
	return true;
}

/*
 * Guards that look for one item of the text, which .irp takes apart, or only at the first one. The
 * item must be one that tells the cases apart.
 */
static bool guard_items(struct choice *c, enum guard_form form)
{
	struct decisions d = {0};
	struct span rest, item;
	bool ok = true, all = form == GUARD_ITEM;

	for (const struct outcome *o = c->v->outcomes; o; o = o->next) {
		rest = text_of(c, o);
		while (macros_take(c->macros, &rest, &item)) {
			decide(&d, item, o->decision);
			if (!all)
				break;
		}
	}
	for (const struct outcome *o = c->v->outcomes; o && ok; o = o->next) {
		rest = text_of(c, o);
		while (o->decision >= 0 && macros_take(c->macros, &rest, &item)) {
			bool found = is_plain(item) && decision_of(&d, item) == o->decision;

			if (found)
				ok = add_guard(c, item, form, o->decision);
			if (found || !all)
				break;
		}
	}
	forget(&d);
	return ok;
}

/* The arguments as the source may write them: \a,\b */
static struct span tested_text(const struct choice *c)
{
	struct span parts[REFERENCES_MAX];

	for (unsigned int i = 0; i < c->count; i++) {
		struct span name[] = {{"", NULL}, c->v->names[c->first + i]};

		name[0].end = name[0].begin;
		parts[i] = join(&c->macros->memory, name, 2, '\\');
	}
	return join(&c->macros->memory, parts, c->count, ',');
}

/* May one of the texts that are tested hold one of these characters? */
static bool any_holds(const struct choice *c, const char *characters)
{
	for (const struct outcome *o = c->v->outcomes; o; o = o->next)
		for (unsigned int i = c->first; i < c->first + c->count; i++)
			if (holds(o->values[i], characters))
				return true;
	return false;
}

/* May one of the words that .irp would find, or the first one, hold one of these characters? */
static bool any_word_holds(const struct choice *c, bool first, const char *characters)
{
	struct span rest, item;

	for (const struct outcome *o = c->v->outcomes; o; o = o->next) {
		for (rest = text_of(c, o); macros_take(c->macros, &rest, &item);) {
			if (holds(item, characters))
				return true;
			if (first)
				break;
		}
	}
	return false;
}

/*
 * Strings bear no quotes, .irp no quote inside a word, and neither it nor .ifc a semicolon inside
 * quotes. A macro call bears that, but takes name=value for itself. If nothing bears the texts, the
 * statement is left alone.
 */
static bool add_guards(struct choice *c)
{
	if (!any_holds(c, "\"\\"))
		return guard_texts(c, GUARD_STRING);
	if (any_holds(c, ";"))
		return !any_holds(c, "=") && !any_word_holds(c, true, "\"\\;") &&
		       guard_items(c, GUARD_WORD);
	if (!any_word_holds(c, false, "\"\\"))
		return guard_items(c, GUARD_ITEM);
	return c->count == 1 && guard_texts(c, GUARD_LINE);
}

unsigned int verdict_guards(const struct verdict *v, struct macros *macros, struct guard *guards)
{
	struct choice c = {.v = v, .count = v->count, .macros = macros, .guards = guards};
	bool any = false;

	for (const struct outcome *o = v->outcomes; o; o = o->next)
		any |= o->decision >= 0;
	/* The copies must not repeat a line end. */
	if (!any || v->quoted || v->confused ||
	    memchr(v->site.labels, '\n', (size_t)(v->site.end - v->site.labels)))
		return 0;
	for (unsigned int i = 0; i < v->count && v->count > 1; i++) {
		if (decides(v, i)) {
			c.first = i;
			c.count = 1;
			break;
		}
	}
	c.tested = tested_text(&c);
	return add_guards(&c) ? c.found : 0;
}
