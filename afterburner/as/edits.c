/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edits.c - what is to be written, in the order of the text.
 *
 * Invariant: edits do not overlap when they are written.
 */
#include "edits.h"

#include "diag.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>

/* Where several stand at one place, in this order. */
enum edit_kind { EDIT_OFF, EDIT_ON, EDIT_MARKER, EDIT_MARK, EDIT_SITE, EDIT_VERDICT };

struct edit {
	const char *at;
	enum edit_kind kind;
	unsigned int source;
	struct site site;	       /* EDIT_SITE */
	const struct verdict *verdict; /* EDIT_VERDICT */
	const char *end;	       /* EDIT_MARKER */
	unsigned long line;
	struct mark *mark; /* EDIT_MARK */
};

static struct edit *add(struct annotator *a, enum edit_kind kind, const char *at)
{
	struct edits *e = &a->edits;
	unsigned int source = a->source;

	if (e->count == e->capacity) {
		e->capacity = e->capacity ? 2 * e->capacity : 256;
		e->list = realloc(e->list, e->capacity * sizeof(*e->list));
		if (!e->list)
			die("out of memory");
	}
	while (at < a->sources[source].text.begin || at > a->sources[source].text.end)
		source = source ? source - 1 : a->source_count - 1;
	e->list[e->count] = (struct edit){.at = at, .kind = kind, .source = source};
	return &e->list[e->count++];
}

void edits_marker(struct annotator *a, struct span comment, unsigned long line)
{
	struct edit *edit = add(a, EDIT_MARKER, comment.begin);

	edit->end = comment.end;
	edit->line = line;
}

void edits_switch(struct annotator *a, const char *at, bool on)
{
	add(a, on ? EDIT_ON : EDIT_OFF, at);
}

static struct site site_of(const struct annotator *a, const struct statement *raw)
{
	struct site site = {raw->begin, raw->body, raw->end, 0, false};

	if (a->last.pending) {
		site.labels = a->last.pending_labels;
		site.begin = a->last.pending;
	}
	return site;
}

/* In alternate mode gas would put a parameter named b or f into our references to labels. */
static bool breaks_labels(const struct annotator *a, const struct bindings *bound)
{
	return a->macros.alternate && bound &&
	       (macros_bound(&a->macros, bound, "b") || macros_bound(&a->macros, bound, "f"));
}

static void add_verdict(struct annotator *a, const struct here *h, int decision,
			const struct references *arguments)
{
	struct edits *e = &a->edits;
	struct span none = {h->raw->body, h->raw->body};
	struct verdict *v = table_find(&e->verdicts, h->raw->body, none);

	if (!v) {
		struct site site = site_of(a, h->raw);

		v = verdict_new(&e->memory, &site, a->expansion.arguments, arguments);
		table_set(&e->verdicts, h->raw->body, none, v);
		if (e->last)
			e->last->next = v;
		else
			e->first = v;
		e->last = v;
	}
	verdict_add(v, &e->memory, &e->verdicts, arguments, decision);
}

void edits_site(struct annotator *a, const struct here *h, const struct judgement *f)
{
	struct references arguments = {.count = 0};
	const struct statement *raw = h->raw;
	int id = f->id, certain, decision;

	if (!raw)
		return;
	if (a->edits.watched == raw->body)
		a->edits.watched = NULL;
	if (h->bound)
		macros_references(&a->macros, (struct span){raw->body, raw->end}, h->bound,
				  &arguments);
	if (arguments.count > 0 && !a->macros.alternate) {
		/* Whatever the arguments are? */
		certain = classify(raw->word, raw->operands, &a->now.code);
		if (certain != NO_SITE) {
			id = certain;
			arguments.count = 0;
		}
	}
	decision = f->code && id != NO_SITE && !breaks_labels(a, h->bound)
			   ? id | (f->pad_before ? DECISION_BEFORE : 0)
			   : DECISION_NONE;
	if (a->expansion.depth > 0) {
		/* int is one by its operand's value, which may change. */
		if (arguments.count > 0 || id != NO_SITE || span_is(raw->word, "int"))
			add_verdict(a, h, decision, &arguments);
	} else if (decision >= 0) {
		struct site site = site_of(a, raw);

		site.id = (unsigned int)id;
		site.pad_before = f->pad_before;
		add(a, EDIT_SITE, site.labels)->site = site;
	}
}

static int compare(const void *left, const void *right)
{
	const struct edit *a = left, *b = right;

	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->kind < b->kind ? -1 : a->kind > b->kind;
}

/*
 * Marks go before each statement of the text as it stands, whether and how often gas assembles it.
 * A prefix and its instruction count as one.
 */
static void mark_statements(struct annotator *a)
{
	struct span text = a->sources[a->source].text;
	unsigned int macros = 0;
	bool prefixed = false;
	struct splitter s;
	enum item item;

	splitter_start(&s, text.begin, span_length(text));
	while ((item = splitter_next(&s)) != ITEM_END) {
		const struct statement *st = &s.statement;
		struct mark mark = {.source = a->source, .place = st->begin};

		if (item != ITEM_STATEMENT || st->word.begin == st->word.end || st->assignment)
			continue;
		mark.in_macro = macros > 0;
		if (span_is(st->word, ".macro"))
			macros++;
		else if (span_is(st->word, ".endm") && macros > 0)
			macros--;
		if (!prefixed) {
			struct mark *kept = arena_take(&a->edits.memory, sizeof(*kept));

			marks_classify(st->word, st->operands, &mark);
			*kept = mark;
			add(a, EDIT_MARK, st->begin)->mark = kept;
		}
		prefixed = st->only_prefixes;
	}
}

void edits_finish(struct annotator *a)
{
	bool sorted = true;

	/* Without all expansions there is no verdict. */
	for (const struct verdict *v = a->edits.first; v && a->expansion.left > 0; v = v->next) {
		const struct outcome *o = v->outcomes;

		if (v->count > 0 || v->confused) {
			add(a, EDIT_VERDICT, v->site.labels)->verdict = v;
		} else if (o && o->decision >= 0) {
			struct edit *edit = add(a, EDIT_SITE, v->site.labels);

			edit->site = v->site;
			edit->site.id = (unsigned int)o->decision & (DECISION_BEFORE - 1);
			edit->site.pad_before = o->decision & DECISION_BEFORE;
		}
	}
	for (a->source = 0; a->policy->marks && a->source < a->source_count; a->source++)
		mark_statements(a);
	for (size_t i = 1; i < a->edits.count && sorted; i++)
		sorted = compare(&a->edits.list[i - 1], &a->edits.list[i]) <= 0;
	if (!sorted)
		qsort(a->edits.list, a->edits.count, sizeof(*a->edits.list), compare);
}

/* The first number that no source holds. */
static void choose_label(struct annotator *a)
{
	unsigned int i = 0;

	a->emitter.label = EMIT_FIRST_LABEL;
	while (i < a->source_count) {
		if (emit_label_occurs(&a->emitter, a->sources[i].text)) {
			a->emitter.label--;
			i = 0;
		} else {
			i++;
		}
	}
}

/* Remember where the site is, for the hint that a failure ends with. */
static void remember(struct annotator *a, const char *place)
{
	if (a->placed_count == a->placed_capacity) {
		a->placed_capacity = a->placed_capacity ? 2 * a->placed_capacity : 256;
		a->placed = realloc(a->placed, a->placed_capacity * sizeof(*a->placed));
		if (!a->placed)
			die("out of memory");
	}
	a->placed[a->placed_count++] = (struct placed){a->source, place};
}

static void write_site(struct annotator *a, const struct edit *edit)
{
	struct guard guards[GUARDS_MAX];
	unsigned int count = 0;

	if (edit->kind == EDIT_VERDICT) {
		count = verdict_guards(edit->verdict, &a->macros, guards);
		if (count == 0)
			return;
	}
	if (!a->emitter.label)
		choose_label(a);
	if (a->policy->no_pads)
		return;
	if (edit->kind == EDIT_VERDICT)
		emit_guarded(&a->emitter, &edit->verdict->site, guards, count);
	else
		emit_site(&a->emitter, &edit->site);
	remember(a, edit->at);
}

static void write_mark(struct annotator *a, const struct edit *edit)
{
	edit->mark->off = a->edits.off;
	emit_copy(&a->emitter, edit->at);
	marks_add(a->policy->marks, &a->emitter.out, edit->mark);
}

void edits_write(struct annotator *a)
{
	struct edits *e = &a->edits;

	for (; e->next < e->count && e->list[e->next].source == a->source; e->next++) {
		const struct edit *edit = &e->list[e->next];

		if (edit->at < a->emitter.copied)
			continue; /* inside another */
		switch (edit->kind) {
		case EDIT_OFF:
		case EDIT_ON:
			e->off = edit->kind == EDIT_OFF;
			break;
		case EDIT_MARKER:
			emit_copy(&a->emitter, edit->at);
			emit_line_marker(&a->emitter, edit->line, a->sources[a->source].name);
			emit_skip(&a->emitter, edit->end);
			break;
		case EDIT_MARK:
			write_mark(a, edit);
			break;
		case EDIT_SITE:
		case EDIT_VERDICT:
			if (!e->off)
				write_site(a, edit);
			break;
		}
	}
}

void edits_free(struct annotator *a)
{
	free(a->edits.list);
	table_free(&a->edits.verdicts);
	arena_free(&a->edits.memory);
}
