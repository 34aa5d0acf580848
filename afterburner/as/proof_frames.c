/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_frames.c - .eh_frame: the same unwinding rules, at the same instructions.
 *
 * gas writes it from .cfi_* directives, and chooses the shortest form of each distance, so entries
 * change their length (DWARF 4, sections 6.4 and 7.23; LSB Core, chapter 10.6).
 *
 * Invariant: every rule that takes effect at an instruction without pads takes effect there with
 * them.
 */
#include "proof_compare.h"

#include "diag.h"

#include <stdlib.h>
#include <string.h>

/* One side while it is read. */
struct side {
	struct ab_bytes bytes;
	uint64_t at;
	uint64_t end;	   /* of the entry */
	uint64_t location; /* of the rules that come next, in the section with code */
	bool bad;	   /* something ends too early */
};

struct frames {
	struct comparison *c;
	uint32_t section;
	struct side plain;
	struct side annotated;
	const struct shift *shift; /* of the code that the entry is about; NULL: of other code */
	unsigned int pointer_size;
};

static uint64_t take(struct side *s, unsigned int size)
{
	if (size > s->end - s->at) {
		s->bad = true;
		s->at = s->end;
		return 0;
	}
	s->at += size;
	return ab_get(s->bytes.data + s->at - size, size);
}

static uint64_t take_uleb(struct side *s)
{
	uint64_t value = 0, byte;
	unsigned int shift = 0;

	do {
		byte = take(s, 1);
		value |= shift < 64 ? (byte & 0x7f) << shift : 0;
		shift += 7;
	} while (byte & 0x80);
	return value;
}

/* How far a rule of the forms DW_CFA_advance_loc goes; false if it is of another form. */
static bool take_advance(struct side *s)
{
	unsigned char op = s->at < s->end ? s->bytes.data[s->at] : 0;

	if (op >> 6 == 1)
		s->location += take(s, 1) & 0x3f;
	else if (op >= 2 && op <= 4)
		take(s, 1), s->location += take(s, 1u << (op - 2));
	else
		return false;
	return true;
}

/* Skip one rule of any other form. */
static void skip_rule(struct side *s)
{
	/* By number: u an uleb128 or sleb128, b a block; x not known. */
	static const char *const operands[] = {"",   "x",  "x",	 "x", "x",  "uu", "u", "u",
					       "u",  "uu", "",	 "",  "uu", "u",  "u", "b",
					       "ub", "uu", "uu", "u", "uu", "uu", "ub"};
	unsigned int op = (unsigned int)take(s, 1);
	const char *form = "x";

	if (op >> 6)
		form = op >> 6 == 2 ? "u" : "";
	else if (op < sizeof(operands) / sizeof(operands[0]))
		form = operands[op];
	else if (op == 0x2e)
		form = "u";
	for (; *form; form++) {
		uint64_t value = *form == 'x' ? 0 : take_uleb(s);

		if (*form == 'x' || (*form == 'b' && value > s->end - s->at)) {
			s->bad = true;
			s->at = s->end;
		} else if (*form == 'b') {
			s->at += value;
		}
	}
}

static bool same_bytes(const struct side *p, uint64_t p_from, const struct side *a, uint64_t a_from)
{
	return p->at - p_from == a->at - a_from &&
	       memcmp(p->bytes.data + p_from, a->bytes.data + a_from, p->at - p_from) == 0;
}

/* Behind the last rule there are only DW_CFA_nop, as many as alignment asks for. */
static void cut_nops(struct side *s)
{
	while (s->end > s->at && s->bytes.data[s->end - 1] == 0)
		s->end--;
}

static bool same_rules(struct frames *f)
{
	struct side *p = &f->plain, *a = &f->annotated;

	cut_nops(p);
	cut_nops(a);
	while (p->at < p->end && a->at < a->end) {
		uint64_t p_from = p->at, a_from = a->at;
		bool advance = take_advance(p);

		if (advance != take_advance(a))
			return false;
		if (advance) {
			if (f->shift && !shift_accepts(f->shift, p->location, a->location))
				return false;
			continue;
		}
		skip_rule(p);
		skip_rule(a);
		if (!same_bytes(p, p_from, a, a_from))
			return false;
	}
	return p->at == p->end && a->at == a->end && !p->bad && !a->bad;
}

/*
 * Where the code begins that the entry is about: its relocation says so.
 * @reloc: at the field, in either object
 */
static uint32_t begin_of(const struct object *object, const struct object_reloc *reloc,
			 uint64_t *location)
{
	struct object_symbol symbol;

	if (!object_symbol(object, reloc->symbol, &symbol))
		return OBJECT_NO_SECTION;
	*location = symbol.value + (uint64_t)reloc->addend;
	return symbol.section;
}

/* The relocation at this place. They come in order, one a side, so a cursor finds it. */
static bool find_reloc(const struct object *object, const struct object_section *section,
		       uint64_t *next, uint64_t at, struct object_reloc *reloc)
{
	for (; *next < section->reloc_count; ++*next)
		if (!object_reloc(object, section, *next, reloc))
			return false;
		else if (reloc->offset >= at)
			return reloc->offset == at;
	return false;
}

/* Skip a field that may hold a relocation's addend, which only i386 keeps there. */
static bool same_field(struct frames *f, uint64_t size)
{
	struct side *p = &f->plain, *a = &f->annotated;
	uint64_t p_from = p->at, a_from = a->at;

	if (size > p->end - p->at || size > a->end - a->at)
		return false;
	p->at += size;
	a->at += size;
	return !f->c->plain->amd64 || same_bytes(p, p_from, a, a_from);
}

static bool same_begin(struct frames *f, uint64_t *next_plain, uint64_t *next_annotated)
{
	struct comparison *c = f->c;
	struct object_reloc p, a;
	uint32_t section, other;

	if (!find_reloc(c->plain, &c->plain->sections[f->section], next_plain, f->plain.at, &p) ||
	    !find_reloc(c->annotated, &c->annotated->sections[c->pair[f->section]], next_annotated,
			f->annotated.at, &a))
		return false;
	section = begin_of(c->plain, &p, &f->plain.location);
	other = begin_of(c->annotated, &a, &f->annotated.location);
	if (section == OBJECT_NO_SECTION || c->pair[section] != other)
		return false;
	f->shift = &c->shifts[section];
	return same_field(f, f->pointer_size) &&
	       shift_accepts(f->shift, f->plain.location, f->annotated.location);
}

static bool same_range(struct frames *f)
{
	uint64_t plain = f->plain.location + take(&f->plain, f->pointer_size);
	uint64_t annotated = f->annotated.location + take(&f->annotated, f->pointer_size);

	return shift_accepts(f->shift, plain, annotated);
}

/* Augmentation data: its length, and as many bytes; a relocation in it is compared elsewhere. */
static bool same_augmentation(struct frames *f)
{
	uint64_t length = take_uleb(&f->plain);

	return take_uleb(&f->annotated) == length && same_field(f, length);
}

/* The low bits of a pointer's encoding are its size (LSB, "DWARF Exception Header Encoding"). */
static unsigned int size_of_encoding(const struct object *object, unsigned char encoding)
{
	static const unsigned char sizes[] = {0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 2, 4, 8, 0, 0, 0};

	return (encoding & 0xf) == 0 ? object->width / 8 : sizes[encoding & 0xf];
}

/* A CIE: the same bytes. Learn from it how long pointers are ("zR", "zPLR"). */
static bool same_cie(struct frames *f, const char **augmentation)
{
	struct side cie = f->plain;
	uint64_t rest = f->plain.end - f->plain.at;
	const char *letters;

	if (rest != f->annotated.end - f->annotated.at ||
	    memcmp(f->plain.bytes.data + f->plain.at, f->annotated.bytes.data + f->annotated.at,
		   rest) != 0)
		return false;
	take(&cie, 1);
	letters = ab_string((struct ab_bytes){cie.bytes.data, cie.end}, cie.at);
	if (!letters)
		return false;
	*augmentation = letters;
	cie.at += strlen(letters) + 1;
	take_uleb(&cie);
	take_uleb(&cie);
	take_uleb(&cie); /* a byte in version 1, which looks the same */
	f->pointer_size = f->c->plain->width / 8;
	if (*letters != 'z')
		return !cie.bad;
	take_uleb(&cie);
	for (letters++; *letters && !cie.bad; letters++) {
		unsigned char encoding = *letters == 'S' ? 0 : (unsigned char)take(&cie, 1);

		if (*letters == 'P')
			take(&cie, size_of_encoding(f->c->plain, encoding));
		else if (*letters == 'R')
			f->pointer_size = size_of_encoding(f->c->plain, encoding);
	}
	return !cie.bad && f->pointer_size != 0;
}

/* Begin the next entry of one side. Returns false at the end, or if it is cut off. */
static bool begin_entry(struct side *s)
{
	uint64_t length;

	s->end = s->bytes.size;
	if (s->at == s->end)
		return false;
	length = take(s, 4);
	if (s->bad || length > s->end - s->at) {
		s->bad = true;
		return false;
	}
	s->end = s->at + length;
	return true;
}

static bool same_entry(struct frames *f, const char **augmentation, uint64_t *next_plain,
		       uint64_t *next_annotated)
{
	uint64_t p_id, a_id;

	if (f->plain.at == f->plain.end || f->annotated.at == f->annotated.end)
		return f->plain.at == f->plain.end && f->annotated.at == f->annotated.end;
	p_id = take(&f->plain, 4);
	a_id = take(&f->annotated, 4);
	if ((p_id == 0) != (a_id == 0))
		return false;
	if (p_id == 0)
		return same_cie(f, augmentation);
	/* The number counts back from its own place to the CIE. */
	if (!shift_accepts(&f->c->shifts[f->section], f->plain.at - 4 - p_id,
			   f->annotated.at - 4 - a_id))
		return false;
	return same_begin(f, next_plain, next_annotated) && same_range(f) &&
	       (**augmentation != 'z' || same_augmentation(f)) && same_rules(f);
}

bool proof_frames(struct comparison *c, uint32_t section)
{
	struct frames f = {.c = c, .section = section, .pointer_size = 4};
	uint64_t next_plain = 0, next_annotated = 0;
	const char *augmentation = "";

	f.plain.bytes = c->plain->sections[section].data;
	f.annotated.bytes = c->annotated->sections[c->pair[section]].data;
	for (;;) {
		uint64_t p_end, a_end;
		bool more = begin_entry(&f.plain);

		if (more != begin_entry(&f.annotated) || f.plain.bad || f.annotated.bad)
			return false;
		if (!more)
			return true;
		p_end = f.plain.end;
		a_end = f.annotated.end;
		if (!same_entry(&f, &augmentation, &next_plain, &next_annotated))
			return false;
		f.plain.at = p_end;
		f.annotated.at = a_end;
		/* Relocations of the next entry are where it has gone. */
		shift_add(&c->shifts[section], p_end, a_end, SHIFT_BEHIND);
	}
}
