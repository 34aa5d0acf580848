/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instruction.c - instruction statements of the pass: which is a site?
 *
 * Invariant: an instruction gets a pad only in what is known to be code, outside 16-bit mode.
 */
#include "bytes.h"
#include "edits.h"

static bool is_code(const struct annotator *a)
{
	return a->now.sections.current.code == YES && a->now.code.mode != AFTERBURN_CODE_16 &&
	       !a->now.mode_unknown;
}

/*
 * Between sti and what it shields (sysexit) there is no room for a pad. What casts a shadow itself
 * needs room behind it more.
 */
static bool pad_before(const struct annotator *a, unsigned int id)
{
	return afterburn_insns[id].place == AFTERBURN_PLACE_BEFORE &&
	       (!a->last.after_shadow || casts_shadow((enum afterburn_insn_id)id));
}

static void judge(struct annotator *a, const struct here *h, int id)
{
	bool code = is_code(a);
	struct judgement f = {id, code, id != NO_SITE && pad_before(a, (unsigned int)id)};

	edits_site(a, h, &f);
	a->last.after_shadow = code && id != NO_SITE && casts_shadow((enum afterburn_insn_id)id);
}

void annotate_instruction(struct annotator *a, const struct here *h)
{
	const struct statement *st = h->st;

	if (st->only_prefixes) {
		if (!a->last.pending && h->raw) {
			a->last.pending = h->raw->body;
			a->last.pending_labels = h->raw->begin;
		}
		return;
	}
	judge(a, h, classify(st->word, st->operands, &a->now.code));
	a->last.pending = NULL;
}

void annotate_bytes(struct annotator *a, const struct here *h)
{
	int id = bytes_find(h->st->operands, a->now.code.mode);

	if (id >= 0 && afterburn_insns[id].policy == AFTERBURN_POLICY_OPTIONAL &&
	    !(a->now.code.classes >> afterburn_insns[id].class_ & 1))
		id = NO_SITE;
	judge(a, h, id < 0 ? NO_SITE : id);
}
