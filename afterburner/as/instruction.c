/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instruction.c - instruction statements of the pass: sites, prefixes, cases.
 *
 * Invariant: an instruction gets a pad only in code, outside 16-bit mode, and where no comment
 * has switched us off.
 */
#include "pass.h"

#include "bytes.h"
#include "diag.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

bool annotate_here(const struct annotator *a)
{
	return a->now.sections.current.code && a->now.code.mode != AFTERBURN_CODE_16 && !a->now.off;
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

static bool mentions_altmacro(const struct annotator *a)
{
	static const char word[] = ".altmacro";

	for (unsigned int i = 0; i < a->source_count; i++)
		if (memmem(a->sources[i].text.begin, span_length(a->sources[i].text), word,
			   sizeof(word) - 1))
			return true;
	return false;
}

/*
 * In alternate macro mode gas replaces a parameter's bare name, even the b of a label reference
 * such as 1b, and says nothing.
 */
static void check_altmacro(const struct annotator *a, const char *place)
{
	static const char letters[] = "bf";

	if (a->macro_depth == 0)
		return;
	for (size_t i = a->outer_macro; i < a->macros.count; i++)
		for (const char *p = letters; *p; p++)
			if (macro_has_parameter(&a->macros.list[i], (struct span){p, p + 1}) &&
			    (a->altmacro || mentions_altmacro(a)))
				annotate_die(a, place,
					     "a sensitive instruction in an .altmacro macro with a "
					     "parameter named b or f; rename the parameter");
}

/* What must be known before a site is written. */
static void prepare(struct annotator *a, const char *place)
{
	if (!a->emitter.label)
		choose_label(a);
	check_altmacro(a, place);
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

/* Between sti and what it shields (sysexit) there is no room for a pad. */
static bool pad_before(const struct annotator *a, unsigned int id)
{
	return afterburn_insns[id].place == AFTERBURN_PLACE_BEFORE && !a->after_shadow;
}

static struct site site_here(const struct annotator *a)
{
	const struct statement *st = &a->splitter.statement;
	struct site site = {st->begin, st->body, st->end, 0, false};

	if (a->pending) {
		site.labels = a->pending_labels;
		site.begin = a->pending;
	}
	return site;
}

static void place_site(struct annotator *a, unsigned int id)
{
	struct site site = site_here(a);

	prepare(a, site.begin);
	site.id = id;
	site.pad_before = pad_before(a, id);
	emit_site(&a->emitter, &site);
	remember(a, site.begin);
	a->after_shadow = casts_shadow((enum afterburn_insn_id)id);
}

static void collect_values(struct annotator *a)
{
	struct macros names = {0};

	if (a->values.collected)
		return;
	for (unsigned int i = 0; i < a->source_count; i++)
		values_collect(&a->values, &names, a->sources[i].text);
	macros_free(&names);
	a->values.collected = true;
}

/* The mnemonic or an operand is a macro argument. Returns false if it can never be a site. */
static bool place_guarded(struct annotator *a)
{
	struct guard guards[GUARDS_MAX];
	bool before[GUARDS_MAX];
	struct site site = site_here(a);
	unsigned int count;

	/* Cases are written with quotes, and would end the argument. */
	if (a->quoted)
		return false;
	collect_values(a);
	if (!guards_find(&a->splitter.statement, &a->values, &a->now.code, guards, &count))
		annotate_die(a, site.begin,
			     "a macro argument can be too many sensitive instructions here; write "
			     "the instruction out, or put '# afterburn: off' before it");
	if (count == 0)
		return false;
	prepare(a, site.begin);
	/* The copies must not repeat a line end. */
	if (memchr(site.labels, '\n', (size_t)(site.end - site.labels)))
		annotate_die(a, site.begin,
			     "a prefix before a macro argument must stand in the argument's line");
	a->after_shadow = false;
	for (unsigned int i = 0; i < count; i++)
		before[i] = pad_before(a, guards[i].id);
	emit_guarded(&a->emitter, &site, guards, before, count);
	remember(a, site.begin);
	return true;
}

/* Returns false if the statement is no site. */
static bool place_any(struct annotator *a)
{
	const struct statement *st = &a->splitter.statement;
	int id;

	if (!span_has_argument(st->word)) {
		id = classify(st->word, st->operands, &a->now.code);
		if (id != NO_SITE) {
			place_site(a, (unsigned int)id);
			return true;
		}
		if (!span_has_argument(st->operands) || !words_find(st->word))
			return false;
	}
	return place_guarded(a);
}

void annotate_instruction(struct annotator *a)
{
	const struct statement *st = &a->splitter.statement;
	const struct macro *macro = NULL;

	if (a->macros.count && (a->active_macros || words_find(st->word)))
		macro = macros_find(&a->macros, st->word);
	if (macro) {
		annotate_call(a, macro);
	} else if (annotate_here(a)) {
		if (st->only_prefixes) {
			if (!a->pending) {
				a->pending = st->body;
				a->pending_labels = st->begin;
			}
			return;
		}
		if (!place_any(a))
			a->after_shadow = false;
	}
	a->pending = NULL;
}

void annotate_bytes(struct annotator *a)
{
	int id;

	if (!annotate_here(a))
		return;
	id = bytes_find(a->splitter.statement.operands, a->now.code.mode);
	if (id < 0 || (afterburn_insns[id].policy == AFTERBURN_POLICY_OPTIONAL &&
		       !(a->now.code.classes >> afterburn_insns[id].class_ & 1)))
		a->after_shadow = false;
	else
		place_site(a, (unsigned int)id);
}
