/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_relocs.c - relocations and symbols: the same ones, moved as the code they name.
 *
 * Invariant: whatever names a place in code names the same instruction on both sides.
 */
#include "proof_compare.h"

#include "diag.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static int by_offset(const void *left, const void *right)
{
	const struct object_reloc *a = left, *b = right;

	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

struct object_reloc *proof_load_relocs(const struct comparison *c, uint32_t section,
				       uint64_t *count)
{
	const struct object_section *s = &c->plain->sections[section];
	struct object_reloc *list = calloc(s->reloc_count + 1, sizeof(*list));
	bool sorted = true;

	if (!list)
		die("out of memory");
	for (*count = 0; *count < s->reloc_count; ++*count) {
		struct object_reloc *reloc = &list[*count];

		if (!object_reloc(c->plain, s, *count, reloc))
			break;
		if (*count && reloc->offset < reloc[-1].offset)
			sorted = false;
	}
	if (!sorted)
		qsort(list, *count, sizeof(*list), by_offset);
	return list;
}

/* Is the value counted from the place of the field? (psABI, relocation types) */
static bool is_relative(const struct object *object, uint32_t type)
{
	if (object->amd64)
		return type == R_X86_64_PC32 || type == R_X86_64_PLT32 || type == R_X86_64_PC8 ||
		       type == R_X86_64_PC16 || type == R_X86_64_PC64;
	return type == R_386_PC32 || type == R_386_PLT32 || type == R_386_PC8 || type == R_386_PC16;
}

static bool same_section(const struct comparison *c, const struct object_symbol *p,
			 const struct object_symbol *a)
{
	if (p->section == OBJECT_NO_SECTION || a->section == OBJECT_NO_SECTION)
		return p->special == a->special;
	return c->pair[p->section] == a->section;
}

static bool same_symbol(const struct comparison *c, const struct object_symbol *p,
			const struct object_symbol *a)
{
	return p->info == a->info && strcmp(p->name, a->name) == 0 && same_section(c, p, a);
}

/* Where the relocation stands: pushed on as the code around it. */
static bool same_place(const struct comparison *c, uint32_t section, const struct object_reloc *p,
		       const struct object_reloc *a)
{
	return shift_accepts(&c->shifts[section], p->offset, a->offset);
}

/*
 * The place that a relocation names. In code a relative one counts from its own first byte, and its
 * addend takes off what lies between that and the next instruction.
 */
static bool same_target(const struct comparison *c, uint32_t section, uint64_t index,
			const struct object_symbol *symbols, const struct object_reloc *p,
			const struct object_reloc *a)
{
	const struct shift *shift = &c->shifts[symbols[0].section];
	uint64_t plain = symbols[0].value + (uint64_t)p->addend;
	uint64_t annotated = symbols[1].value + (uint64_t)a->addend;
	uint64_t reach = 0;

	if (is_relative(c->plain, p->type) && c->reach[section])
		reach = c->reach[section][index];
	/* Outside the section: a label and a large constant, such as that between virtual and
	 * physical addresses. Which label it is cannot be seen. */
	if (plain + reach > shift->size)
		return shift_has(shift, annotated - plain);
	if (!is_relative(c->plain, p->type))
		return shift_accepts_end(shift, plain, annotated);
	return shift_accepts(shift, plain + reach, annotated + reach);
}

/*
 * `symbol - label` becomes a relative relocation whose addend also holds the distance from the
 * label to the field. Only the statement tells that it is one, and which label it is cannot be
 * seen: the addend must have grown as some distance in the field's section, or as some place in the
 * symbol's.
 */
static bool same_distance(const struct comparison *c, uint32_t section, uint32_t target,
			  const struct object_reloc *p, const struct object_reloc *a)
{
	uint64_t grown = (uint64_t)a->addend - (uint64_t)p->addend;
	uint32_t statement;

	if (!c->marks || !is_relative(c->plain, p->type))
		return false;
	statement = marks_find(&c->plain_marks.sections[section], p->offset);
	if (statement == NO_STATEMENT || !c->marks->list[statement].difference)
		return false;
	return shift_has(&c->shifts[section], a->offset - p->offset - grown) ||
	       (target != OBJECT_NO_SECTION && shift_has(&c->shifts[target], grown));
}

static bool same_value(const struct comparison *c, uint32_t section, uint64_t index,
		       const struct object_symbol *symbols, const struct object_reloc *p,
		       const struct object_reloc *a)
{
	uint32_t target = symbols[0].section;

	if (target == OBJECT_NO_SECTION ||
	    (!object_is_code(&c->plain->sections[target]) && c->shifts[target].count == 1)) {
		if (p->addend == a->addend)
			return true;
		/* Offsets into debug information change with its numbers' lengths. */
		if (target != OBJECT_NO_SECTION && proof_is_debug(&c->plain->sections[target]))
			return true;
		return same_distance(c, section, target, p, a);
	}
	return same_target(c, section, index, symbols, p, a) ||
	       same_distance(c, section, target, p, a);
}

static void compare_reloc(struct comparison *c, uint32_t section, uint64_t index)
{
	const struct object_section *annotated = &c->annotated->sections[c->pair[section]];
	const struct object_section *plain = &c->plain->sections[section];
	struct object_symbol symbols[2];
	struct object_reloc p, a;

	if (!object_reloc(c->plain, plain, index, &p) ||
	    !object_reloc(c->annotated, annotated, index, &a) ||
	    !object_symbol(c->plain, p.symbol, &symbols[0]) ||
	    !object_symbol(c->annotated, a.symbol, &symbols[1]))
		proof_find(c, section, 0, "relocation %llu makes no sense",
			   (unsigned long long)index);
	else if (p.type != a.type || !same_symbol(c, &symbols[0], &symbols[1]) ||
		 (!proof_is_debug(plain) && !same_place(c, section, &p, &a)))
		proof_find(c, section, p.offset, "a relocation differs from that without pads");
	else if (!same_value(c, section, index, symbols, &p, &a))
		proof_find(c, section, p.offset,
			   "a reference into code leads elsewhere than without pads: its distance "
			   "does not count them");
}

static bool is_compressed(const struct object_section *section)
{
	return section->flags & SHF_COMPRESSED || strncmp(section->name, ".zdebug_", 8) == 0;
}

void proof_relocs(struct comparison *c, uint32_t section)
{
	const struct object_section *plain = &c->plain->sections[section];
	const struct object_section *annotated = &c->annotated->sections[c->pair[section]];

	/* Relocations of what is compressed speak of what it was. */
	if (is_compressed(plain) || is_compressed(annotated))
		return;
	if (plain->reloc_count != annotated->reloc_count) {
		if (!proof_is_debug(plain))
			proof_find(c, section, 0,
				   "there are %llu relocations, and %llu without pads",
				   (unsigned long long)annotated->reloc_count,
				   (unsigned long long)plain->reloc_count);
		return;
	}
	for (uint64_t i = 0; i < plain->reloc_count && !proof_done(c); i++)
		compare_reloc(c, section, i);
}

/* Section symbols, and (with --keep-locals) labels: numbers, which gas names with ^A or ^B. */
static bool is_passed_over(const struct object_symbol *symbol)
{
	return ELF32_ST_TYPE(symbol->info) == STT_SECTION || strpbrk(symbol->name, "\1\2") ||
	       strcmp(symbol->name, ".Lafterburn_mark") == 0;
}

/* The next symbol to compare, from *index on. Returns false behind the last one. */
static bool next_symbol(const struct object *object, uint64_t *index, struct object_symbol *symbol)
{
	for (; *index < object->symbol_count; ++*index)
		if (object_symbol(object, *index, symbol) && !is_passed_over(symbol))
			return true;
	return false;
}

static bool symbol_moved_right(struct comparison *c, const struct object_symbol *p,
			       const struct object_symbol *a)
{
	const struct shift *shift;

	if (p->section == OBJECT_NO_SECTION || !object_is_code(&c->plain->sections[p->section]))
		return (p->value == a->value ||
			(p->special == SHN_ABS && proof_explains(c, p->value, a->value, 8))) &&
		       (p->size == a->size || proof_explains(c, p->size, a->size, 8));
	shift = &c->shifts[p->section];
	return shift_accepts(shift, p->value, a->value) &&
	       (p->size == a->size ||
		shift_accepts(shift, p->value + p->size, a->value + a->size) ||
		proof_explains(c, p->size, a->size, 8));
}

void proof_symbols(struct comparison *c)
{
	uint64_t p = 1, a = 1;
	struct object_symbol plain, annotated;

	for (;; p++, a++) {
		bool more = next_symbol(c->plain, &p, &plain);

		if (more != next_symbol(c->annotated, &a, &annotated) ||
		    (more && !same_symbol(c, &plain, &annotated))) {
			proof_find(c, 0, 0, "the symbols differ from those without pads");
			return;
		}
		if (!more)
			return;
		if (!symbol_moved_right(c, &plain, &annotated))
			proof_find(c, plain.section == OBJECT_NO_SECTION ? 0 : plain.section,
				   plain.value, "symbol %.100s is elsewhere than without pads",
				   plain.name);
		if (proof_done(c))
			return;
	}
}
