/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_data.c - sections without code: the same bytes, but for distances over code.
 *
 * Invariant: a byte that differs is explained by the shift of a section with code, or belongs to
 * debug information, which no program runs.
 */
#include "proof_compare.h"

#include <afterburn/sites.h>

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* The relocations of a section, walked over as its bytes are. */
struct addends {
	struct object_reloc *list;
	uint64_t count;
	uint64_t next;
};

/* Does the number at `at` hold a relocation's addend? proof_relocs() looks at that. */
static bool holds_addend(struct addends *addends, uint64_t at)
{
	while (addends->next < addends->count &&
	       addends->list[addends->next].offset + addends->list[addends->next].size <= at)
		addends->next++;
	return addends->next < addends->count && addends->list[addends->next].offset <= at;
}

static bool field_explained(struct comparison *c, struct ab_bytes plain, struct ab_bytes annotated,
			    uint64_t at, unsigned int width)
{
	struct ab_bytes p, a;

	return ab_slice(plain, at, width, &p) && ab_slice(annotated, at, width, &a) &&
	       proof_explains(c, ab_get(p.data, width), ab_get(a.data, width), width);
}

/*
 * How many bytes the number that differs at `at` has; 0 if nothing explains it. What fits a byte is
 * taken for a byte: then nothing has wrapped, whatever its width.
 */
static unsigned int explained(struct comparison *c, struct ab_bytes plain,
			      struct ab_bytes annotated, uint64_t at)
{
	if (field_explained(c, plain, annotated, at, 1))
		return 1;
	if (field_explained(c, plain, annotated, at, 4) &&
	    ab_get(plain.data + at, 4) + 0x80 >= 0x100)
		return 4;
	return 0;
}

static bool has_pad_at(struct ab_bytes bytes, uint64_t at, unsigned char *kind)
{
	unsigned char length;
	struct ab_bytes pad;

	return ab_slice(bytes, at, AFTERBURN_PAD_LEN, &pad) &&
	       afterburn_pad_parse(pad.data, kind, &length);
}

static void say_difference(struct comparison *c, uint32_t section, struct ab_bytes plain,
			   struct ab_bytes annotated, uint64_t at)
{
	unsigned char kind;

	/* A pad that begins as what it has pushed away does is found a few bytes late. */
	for (uint64_t back = 0; back <= at && back < AFTERBURN_PAD_LEN; back++) {
		if (!has_pad_at(annotated, at - back, &kind) || has_pad_at(plain, at - back, &kind))
			continue;
		at -= back;
		if (at && !(kind & AFTERBURN_KIND_PAD_BEFORE))
			at--; /* a byte of what it belongs to */
		proof_find(c, section, at, "a pad stands in data");
		return;
	}
	if (plain.size == annotated.size)
		proof_find(c, section, at,
			   "a distance over pads no longer fits its field, or is none");
	else
		proof_find(c, section, at, "data differs from that without pads");
}

static void compare_bytes(struct comparison *c, uint32_t section, struct ab_bytes plain,
			  struct ab_bytes annotated)
{
	uint64_t size = plain.size < annotated.size ? plain.size : annotated.size, at = 0;
	struct addends addends = {0};

	addends.list = proof_load_relocs(c, section, &addends.count);

	while (at < size) {
		unsigned int width = 1;

		if (plain.data[at] != annotated.data[at] && !holds_addend(&addends, at))
			width = explained(c, plain, annotated, at);
		if (width == 0)
			break;
		at += width;
	}
	free(addends.list);
	if (at < size || plain.size != annotated.size)
		say_difference(c, section, plain, annotated, at);
}

void proof_data(struct comparison *c, uint32_t section)
{
	const struct object_section *plain = &c->plain->sections[section];
	const struct object_section *annotated = &c->annotated->sections[c->pair[section]];

	/* The members of a group are numbers of sections. */
	if (proof_is_debug(plain) || plain->type == SHT_GROUP)
		return;
	if (plain->size == annotated->size &&
	    (plain->type == SHT_NOBITS ||
	     memcmp(plain->data.data, annotated->data.data, plain->size) == 0))
		return;
	if (strcmp(plain->name, ".eh_frame") == 0) {
		if (!proof_frames(c, section))
			proof_find(c, section, 0,
				   "its unwinding rules are not those of the code without pads");
		return;
	}
	if (plain->type == SHT_NOBITS)
		proof_find(c, section, 0, "its size differs from that without pads");
	else
		compare_bytes(c, section, plain->data, annotated->data);
}
