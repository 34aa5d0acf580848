/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_walk.c - walk over the code of a section with and without pads, side by side.
 *
 * At every step the same instruction stands on both sides, or a pad on one, or fill for alignment.
 * Distances can only be judged when the whole shift is known, so they are kept for the end.
 *
 * Invariant: both sides advance only over what has been compared.
 */
#include "proof_fill.h"
#include "proof_walk.h"
#include "sections.h"

#include "diag.h"

#include <afterburn/sites.h>

#include <stdlib.h>
#include <string.h>

static void refer(struct walk *w, uint64_t plain, uint64_t annotated)
{
	if (w->same)
		return;
	w->references = proof_grow(w->references, w->reference_count, &w->reference_room,
				   sizeof(*w->references));
	w->references[w->reference_count++] = (struct reference){w->p, plain, annotated};
}

/* A signed number in an instruction. */
static uint64_t field(const unsigned char *code, unsigned int at, unsigned int size)
{
	return (uint64_t)proof_signed(ab_get(code + at, size), size);
}

static void find_reloc(struct walk *w)
{
	while (w->next_reloc < w->reloc_count && w->relocs[w->next_reloc].offset < w->p)
		w->next_reloc++;
}

/* Note down how far it is from each relocation in the instruction to the next instruction. */
static void reach_relocs(struct walk *w, unsigned int length)
{
	find_reloc(w);
	for (uint64_t i = w->next_reloc; i < w->reloc_count && w->relocs[i].offset < w->p + length;
	     i++)
		w->reach[w->relocs[i].index] = (unsigned char)(w->p + length - w->relocs[i].offset);
}

/* Does a relocation change any of these bytes, counted from p? */
bool walk_is_relocated(struct walk *w, unsigned int at, unsigned int size)
{
	uint64_t from = w->p + at;

	find_reloc(w);
	for (uint64_t i = w->next_reloc; i < w->reloc_count; i++) {
		if (w->relocs[i].offset >= from + size)
			return false;
		if (w->relocs[i].offset >= from)
			return true;
	}
	return false;
}

/* Where do the branch and the address of an instruction lead? */
void walk_refer(struct walk *w, const struct afterburn_layout *p, const struct afterburn_layout *a)
{
	const unsigned char *plain = w->plain.data + w->p, *annotated = w->annotated.data + w->a;

	if (p->relative && p->length == a->length && walk_is_relocated(w, p->imm_at, p->imm_size))
		walk_number(w, p->imm_at, p->imm_size);
	else if (p->relative)
		refer(w, w->p + p->length + field(plain, p->imm_at, p->imm_size),
		      w->a + a->length + field(annotated, a->imm_at, a->imm_size));
	if (p->rip_relative && walk_is_relocated(w, p->disp_at, p->disp_size))
		walk_number(w, p->disp_at, p->disp_size);
	else if (p->rip_relative)
		refer(w, w->p + p->length + field(plain, p->disp_at, p->disp_size),
		      w->a + a->length + field(annotated, a->disp_at, a->disp_size));
}

/* What a branch does, whatever the size of its distance. */
static unsigned int branch_kind(const struct afterburn_layout *l)
{
	unsigned int high = l->opcode & 0xf0;

	if ((l->map == AFTERBURN_MAP_1B && high == 0x70) ||
	    (l->map == AFTERBURN_MAP_0F && high == 0x80))
		return l->opcode & 0x0f;
	if (l->opcode == 0xeb || l->opcode == 0xe9)
		return 0xe9;
	return 0x100 | l->opcode;
}

void walk_number(struct walk *w, unsigned int at, unsigned int size)
{
	const unsigned char *plain = w->plain.data + w->p + at;
	const unsigned char *annotated = w->annotated.data + w->a + at;

	if (!size || memcmp(plain, annotated, size) == 0)
		return;
	/* What stands in the field of a relocation is its addend on i386, and nothing on amd64. */
	if (walk_is_relocated(w, at, size) && !w->c->plain->amd64)
		return;
	proof_differs(w->c, w->section, w->p + at, ab_get(plain, size), ab_get(annotated, size),
		      size);
}

/* A far pointer is an offset and a selector, enter has imm16 and imm8: the first one may differ. */
static bool differ_immediate(struct walk *w, const struct afterburn_layout *l)
{
	unsigned int second = l->imm_size == 6 ? 2 : l->imm_size == 3 ? 1 : 0;
	unsigned int first = l->imm_size - second, at = l->imm_at + first;

	walk_number(w, l->imm_at, first);
	return memcmp(w->plain.data + w->p + at, w->annotated.data + w->a + at, second) == 0;
}

/* The same instruction, but for the numbers in it? */
static bool same_but_numbers(struct walk *w, const struct afterburn_layout *p,
			     const struct afterburn_layout *a)
{
	const unsigned char *plain = w->plain.data + w->p, *annotated = w->annotated.data + w->a;
	unsigned int fixed = p->disp_size ? p->disp_at : p->imm_size ? p->imm_at : p->length;

	if (p->relative && a->relative)
		return p->prefixes == a->prefixes && memcmp(plain, annotated, p->prefixes) == 0 &&
		       branch_kind(p) == branch_kind(a);
	if (p->length != a->length || p->disp_size != a->disp_size || p->imm_size != a->imm_size ||
	    memcmp(plain, annotated, fixed) != 0)
		return false;
	if (!p->rip_relative)
		walk_number(w, p->disp_at, p->disp_size);
	return differ_immediate(w, p);
}

/* The pad at this place of the annotated side, if one is there. */
static bool pad_at(const struct walk *w, uint64_t at, unsigned char *kind, unsigned char *length)
{
	struct ab_bytes bytes;

	return ab_slice(w->annotated, at, AFTERBURN_PAD_LEN, &bytes) &&
	       afterburn_pad_parse(bytes.data, kind, length);
}

/* Does the pad's kind name this instruction? One kind says that its bytes must tell. */
static bool names(unsigned char kind, const struct afterburn_decoded *insn)
{
	kind &= AFTERBURN_KIND_INSN;
	return kind == insn->id || kind == AFTERBURN_INSN_DECODE;
}

static bool has_pad(const struct walk *w, const struct afterburn_decoded *insn)
{
	unsigned char kind, length;

	if (pad_at(w, w->a + insn->length, &kind, &length) && !(kind & AFTERBURN_KIND_PAD_BEFORE) &&
	    names(kind, insn) && length == insn->length)
		return true;
	return w->a >= AFTERBURN_PAD_LEN && pad_at(w, w->a - AFTERBURN_PAD_LEN, &kind, &length) &&
	       kind & AFTERBURN_KIND_PAD_BEFORE && names(kind, insn) && length == insn->length;
}

/* Opcodes of insns.def, so that most instructions are not looked up there. */
static bool may_be_sensitive(const struct afterburn_layout *l)
{
	static unsigned char possible[3][256];
	static bool filled;

	if (!filled) {
		for (int id = 0; id < AFTERBURN_INSN_COUNT; id++) {
			const struct afterburn_insn *insn = &afterburn_insns[id];

			for (unsigned int op = 0; insn->map <= AFTERBURN_MAP_0F && op < 256; op++)
				if ((op & insn->mask) == insn->opcode)
					possible[insn->map][op] = 1;
		}
		memset(possible[AFTERBURN_MAP_0F38], 1, sizeof(possible[0]));
		filled = true;
	}
	return !l->vector && possible[l->map][l->opcode];
}

static bool is_wanted(const struct walk *w, const struct afterburn_insn *insn)
{
	return insn->policy == AFTERBURN_POLICY_ALWAYS || w->c->classes >> insn->class_ & 1;
}

static void check_sensitive(struct walk *w, const struct afterburn_layout *p)
{
	struct afterburn_decoded insn;

	if (!w->wants_pads || !may_be_sensitive(p) ||
	    !afterburn_match(w->plain.data + w->p, p->length, w->mode, &insn) ||
	    !is_wanted(w, &afterburn_insns[insn.id]) || has_pad(w, &insn))
		return;
	proof_find(w->c, w->section, w->p,
		   "%s has no pad, because the assembler could not know that it is an instruction "
		   "in code; write it out as one",
		   afterburn_insns[insn.id].name);
}

/* One instruction. Returns false if not the same one stands on both sides. */
static bool step(struct walk *w, uint64_t p_end, uint64_t a_end)
{
	const unsigned char *plain = w->plain.data + w->p, *annotated = w->annotated.data + w->a;
	struct afterburn_layout p, a;

	if (!afterburn_length(plain, p_end - w->p, w->mode, &p))
		return false;
	if (a_end - w->a >= p.length && memcmp(plain, annotated, p.length) == 0)
		a = p;
	else if (!afterburn_length(annotated, a_end - w->a, w->mode, &a) ||
		 !same_but_numbers(w, &p, &a))
		return false;
	if (p.relative || p.rip_relative)
		walk_refer(w, &p, &a);
	check_sensitive(w, &p);
	reach_relocs(w, p.length);
	w->last = w->a;
	w->last_size = a.length;
	w->p += p.length;
	w->a += a.length;
	/* A branch that has become longer or shorter. */
	if (p.length != a.length)
		shift_add(w->shift, w->p, w->a, SHIFT_BEHIND);
	return true;
}

/* Is the instruction here that the pad at w->a speaks of? */
static bool pad_has_instruction(const struct walk *w, unsigned char kind, unsigned char length)
{
	struct afterburn_decoded insn;
	struct ab_bytes bytes;
	uint64_t at = w->a + AFTERBURN_PAD_LEN;

	if (!(kind & AFTERBURN_KIND_PAD_BEFORE)) {
		if (w->last_size != length || w->last + length != w->a)
			return false;
		at = w->last;
	}
	return ab_slice(w->annotated, at, length, &bytes) &&
	       afterburn_match(bytes.data, length, w->mode, &insn) && insn.length == length &&
	       names(kind, &insn);
}

/* How many pads stand here, one behind the other? */
static unsigned int pads_from(struct ab_bytes code, uint64_t at)
{
	unsigned char kind, length;
	unsigned int count = 0;
	struct ab_bytes pad;

	while (ab_slice(code, at, AFTERBURN_PAD_LEN, &pad) &&
	       afterburn_pad_parse(pad.data, &kind, &length)) {
		at += AFTERBURN_PAD_LEN;
		count++;
	}
	return count;
}

/* A pad on the annotated side only? */
static bool step_over_pad(struct walk *w)
{
	unsigned char kind, length;

	if (w->same || !pad_at(w, w->a, &kind, &length))
		return false;
	/* A text may hold pads itself; then there is one more. */
	if (pads_from(w->annotated, w->a) <= pads_from(w->plain, w->p))
		return false;
	if (!w->takes_pads)
		proof_find(w->c, w->section, w->p - (w->p && !(kind & AFTERBURN_KIND_PAD_BEFORE)),
			   "a pad stands in data, in 16-bit code, or where pads are off");
	else if (!pad_has_instruction(w, kind, length))
		proof_find(w->c, w->section, w->p,
			   "a pad of %s stands where no such instruction is",
			   afterburn_insns[kind & AFTERBURN_KIND_INSN].name);
	w->a += AFTERBURN_PAD_LEN;
	shift_add(w->shift, w->p, w->a, kind & AFTERBURN_KIND_PAD_BEFORE ? SHIFT_BOTH : SHIFT_PAD);
	return true;
}

static bool step_over_fill(struct walk *w, uint64_t p_end, uint64_t a_end)
{
	struct ab_bytes plain = {w->plain.data, p_end}, annotated = {w->annotated.data, a_end};
	uint64_t p = w->p, a = w->a;

	if (!fill_skip(plain, annotated, w->mode, w->shift, &p, &a))
		return false;
	shift_add(w->shift, p, a, p == w->p ? SHIFT_BOTH : SHIFT_BEHIND);
	w->p = p;
	w->a = a;
	w->last_size = 0;
	return true;
}

/* Code up to these ends. Returns false, where it stands, if the sides differ. */
bool walk_code(struct walk *w, uint64_t p_end, uint64_t a_end)
{
	while (w->p < p_end || w->a < a_end) {
		if (proof_done(w->c))
			return true;
		if (!(w->a < a_end && step_over_pad(w)) && !step(w, p_end, a_end) &&
		    !step_over_fill(w, p_end, a_end))
			return false;
	}
	return w->p == p_end && w->a == a_end;
}

static void walk_whole(struct walk *w)
{
	w->mode = w->c->mode;
	if (!walk_code(w, w->plain.size, w->annotated.size))
		proof_find(w->c, w->section, w->p, "the instructions differ");
}

static void load_relocs(struct walk *w)
{
	w->relocs = proof_load_relocs(w->c, w->section, &w->reloc_count);
	w->reach = w->c->reach[w->section] =
		calloc(w->c->plain->sections[w->section].reloc_count + 1, 1);
	if (!w->reach)
		die("out of memory");
}

static void check_references(struct walk *w)
{
	for (uint64_t i = 0; i < w->reference_count && !proof_done(w->c); i++) {
		const struct reference *r = &w->references[i];

		if (!shift_accepts(w->shift, r->plain, r->annotated))
			proof_find(w->c, w->section, r->at,
				   "a branch or address over pads leads elsewhere: its distance "
				   "does not count them, or no longer fits");
	}
}

void proof_walk(struct comparison *c, uint32_t section)
{
	const struct object_section *plain = &c->plain->sections[section];
	const struct object_section *annotated = &c->annotated->sections[c->pair[section]];
	struct walk w = {.c = c, .section = section, .shift = &c->shifts[section]};
	struct span name = {plain->name, plain->name + strlen(plain->name)};

	w.plain = plain->data;
	w.annotated = annotated->data;
	w.same = plain->size == annotated->size &&
		 memcmp(plain->data.data, annotated->data.data, plain->size) == 0;
	w.takes_pads = object_is_code(plain);
	w.wants_pads = w.takes_pads && !sections_never_code(name);
	load_relocs(&w);
	if (c->marks)
		walk_marked(&w);
	else
		walk_whole(&w);
	check_references(&w);
	free(w.relocs);
	free(w.references);
}
