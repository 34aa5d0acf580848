/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_extents.c - walk over a section statement by statement, as marks tell.
 *
 * Invariant: the same statement is at work on both sides, so data is never taken for code.
 */
#include "proof_walk.h"

#include <string.h>

/* Equal bytes up to these ends, whatever they are? */
static bool walk_equal(struct walk *w, uint64_t p_end, uint64_t a_end)
{
	uint64_t size = p_end - w->p;

	if (size != a_end - w->a ||
	    memcmp(w->plain.data + w->p, w->annotated.data + w->a, size) != 0)
		return false;
	w->p = p_end;
	w->a = a_end;
	return true;
}

/* A number of variable length (DWARF 4, section 7.6) at *at, which moves behind it. */
static bool take_leb(struct ab_bytes bytes, uint64_t *at, bool is_signed, uint64_t *value)
{
	unsigned int shift = 0;
	unsigned char byte;

	*value = 0;
	do {
		if (*at >= bytes.size || shift > 63)
			return false;
		byte = bytes.data[(*at)++];
		*value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	if (is_signed && byte & 0x40 && shift < 64)
		*value |= ~(uint64_t)0 << shift;
	return true;
}

/* Numbers of variable length, which distances may have made longer. */
static bool walk_leb(struct walk *w, uint64_t p_end, uint64_t a_end, bool is_signed)
{
	struct ab_bytes plain = {w->plain.data, p_end}, annotated = {w->annotated.data, a_end};
	uint64_t before, after;

	while (w->p < p_end) {
		uint64_t at = w->p;

		if (!take_leb(plain, &w->p, is_signed, &before) ||
		    !take_leb(annotated, &w->a, is_signed, &after))
			return false;
		if (before != after)
			proof_differs(w->c, w->section, at, before, after, 8);
	}
	if (w->a != a_end)
		return false;
	shift_add(w->shift, w->p, w->a, SHIFT_BEHIND);
	return true;
}

/* Data of known width, in which distances may differ. */
static bool walk_data(struct walk *w, uint64_t p_end, uint64_t a_end, unsigned int width)
{
	if (width == WIDTH_ULEB || width == WIDTH_SLEB)
		return walk_leb(w, p_end, a_end, width == WIDTH_SLEB);
	if (p_end - w->p != a_end - w->a || width == 0 || (p_end - w->p) % width != 0)
		return false;
	for (; w->p < p_end; w->p += width, w->a += width)
		walk_number(w, 0, width);
	return true;
}

/* A branch written as numbers: its distance must be right as if gas had made it. */
static void check_numbers(struct walk *w, uint64_t p_end)
{
	const struct mark_list *marks = &w->c->plain_marks.sections[w->section];
	struct afterburn_layout l;
	uint64_t target;
	uint32_t there;

	if (!afterburn_length(w->plain.data + w->p, p_end - w->p, w->mode, &l) ||
	    l.length != p_end - w->p || !l.relative || walk_is_relocated(w, l.imm_at, l.imm_size))
		return;
	target = p_end + (uint64_t)proof_signed(ab_get(w->plain.data + w->p + l.imm_at, l.imm_size),
						l.imm_size);
	there = marks_find(marks, target);
	/* Data may look like a branch, but hardly like one to an instruction of this section. */
	if (there != NO_STATEMENT && w->c->marks->list[there].extent == EXTENT_CODE &&
	    marks_is_at(marks, target))
		walk_refer(w, &l, &l);
}

static void go_back(struct walk *w, uint64_t p, uint64_t a)
{
	w->p = p;
	w->a = a;
	while (w->next_reloc > 0 && w->relocs[w->next_reloc - 1].offset >= p)
		w->next_reloc--;
}

static bool walk_extent(struct walk *w, const struct mark *mark, uint64_t p_end, uint64_t a_end)
{
	uint64_t p = w->p, a = w->a;

	switch (mark->extent) {
	case EXTENT_FILL:
		w->p = p_end;
		w->a = a_end;
		if (a_end - a != p_end - p)
			shift_add(w->shift, p_end, a_end, p == p_end ? SHIFT_BOTH : SHIFT_BEHIND);
		return true;
	case EXTENT_DATA:
		if (mark->width == 1 && a_end - a == p_end - p)
			check_numbers(w, p_end);
		if (walk_equal(w, p_end, a_end) || walk_data(w, p_end, a_end, mark->width))
			return true;
		/* Numbers that are an instruction with a pad. */
		go_back(w, p, a);
		return walk_code(w, p_end, a_end);
	default:
		if (walk_code(w, p_end, a_end))
			return true;
		go_back(w, p, a);
		return walk_equal(w, p_end, a_end);
	}
}

static uint64_t end_of(const struct mark_list *list, size_t i, uint64_t size)
{
	return i + 1 < list->count ? list->list[i + 1].at : size;
}

/* Does the same statement come next on both sides? */
static bool same_statement(struct walk *w, const struct mark_list *plain,
			   const struct mark_list *annotated, size_t i)
{
	bool added = i >= plain->count;
	const struct marked *p = added ? NULL : &plain->list[i];
	const struct marked *a = i < annotated->count ? &annotated->list[i] : NULL;

	if (p && a && p->statement == a->statement && p->at == w->p && a->at == w->a)
		return true;
	/* If the one with pads comes earlier in the text, it is there only with them. */
	added = added || (a && a->statement < p->statement);
	proof_find(w->c, w->section, w->p,
		   "with pads this statement comes %s; a condition asks for a distance over pads",
		   added ? "in addition" : "not, or elsewhere");
	proof_blame(w->c, added ? a->statement : p->statement);
	return false;
}

void walk_marked(struct walk *w)
{
	const struct mark_list *plain = &w->c->plain_marks.sections[w->section];
	const struct mark_list *annotated = &w->c->annotated_marks.sections[w->c->pair[w->section]];
	bool takes_pads = w->takes_pads, wants_pads = w->wants_pads;

	for (size_t i = 0; i < plain->count || i < annotated->count; i++) {
		const struct mark *mark;
		uint64_t p_end = end_of(plain, i, w->plain.size);
		uint64_t a_end = end_of(annotated, i, w->annotated.size);

		if (!same_statement(w, plain, annotated, i))
			return;
		mark = &w->c->marks->list[plain->list[i].statement];
		w->mode = plain->list[i].mode;
		w->takes_pads = takes_pads && !mark->off && w->mode != AFTERBURN_CODE_16;
		w->wants_pads = w->takes_pads && wants_pads && mark->extent == EXTENT_CODE &&
				!plain->list[i].excused;
		if (!walk_extent(w, mark, p_end, a_end)) {
			proof_find(w->c, w->section, w->p,
				   "the bytes differ from those without pads");
			return;
		}
	}
}
