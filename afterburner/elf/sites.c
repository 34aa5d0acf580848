/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.c - reads the record section.
 *
 * Invariant: every record of the section becomes one entry of the list, right or wrong.
 */
#include "elf/sites.h"

#include <afterburn/sites.h>
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD sizeof(struct afterburn_site)

void ab_sites_add(struct ab_sites *sites, const struct ab_site *site)
{
	sites->list = ab_grow(sites->list, sites->count, &sites->room, sizeof(*sites->list));
	sites->list[sites->count++] = *site;
}

static struct ab_site unpack(const unsigned char *at, uint64_t record)
{
	return (struct ab_site){
		.record = record,
		.region = -1,
		.addr = (uint64_t)(int64_t)(int32_t)ab_get(at, 4),
		.insn_offset = at[4],
		.insn_length = at[5],
		.site_length = at[6],
		.kind = at[7],
	};
}

/* Linked: record and site are virtual addresses, the difference is signed (afterburn/sites.h). */
static void place_linked(const struct ab_image *image, uint64_t start, struct ab_site *site)
{
	site->addr += start + site->record * RECORD;
	if (image->width == 32)
		site->addr = (uint32_t)site->addr;
	site->region = ab_image_region(image, site->addr, site->site_length, &site->offset);
	if (site->region < 0)
		site->offset = site->addr;
	else
		site->section = image->regions[site->region].section;
}

static int region_of_section(const struct ab_image *image, uint32_t section)
{
	for (uint32_t i = 0; i < image->region_count; i++)
		if (image->regions[i].section == section)
			return (int)i;
	return -1;
}

struct relocation {
	uint64_t offset;
	int64_t addend;
	uint32_t type, symbol;
};

static struct relocation read_relocation(const struct ab_image *image, const unsigned char *at,
					 bool has_addend)
{
	struct relocation r = {0};
	uint64_t info;

	if (image->width == 64) {
		r.offset = ab_get(at, 8);
		info = ab_get(at + 8, 8);
		r.symbol = (uint32_t)ELF64_R_SYM(info);
		r.type = (uint32_t)ELF64_R_TYPE(info);
		r.addend = has_addend ? (int64_t)ab_get(at + 16, 8) : 0;
	} else {
		r.offset = ab_get(at, 4);
		info = ab_get(at + 4, 4);
		r.symbol = ELF32_R_SYM((uint32_t)info);
		r.type = ELF32_R_TYPE((uint32_t)info);
		r.addend = has_addend ? (int32_t)ab_get(at + 8, 4) : 0;
	}
	return r;
}

/* S + A - P, and the record's offset counts from P: the site is at S + A. */
static void place_relocated(const struct ab_image *image, const struct relocation *r,
			    bool has_addend, struct ab_site *site)
{
	const struct ab_symbol *symbol;
	uint32_t wanted = image->width == 64 ? R_X86_64_PC32 : R_386_PC32;

	if (r->type != wanted)
		site->problem = "its relocation is not PC-relative with 32 bits";
	else if (r->symbol >= image->symbol_count || image->symbols[r->symbol].section == 0)
		site->problem = "its relocation names no symbol of this file";
	else
		site->problem = NULL;
	if (site->problem)
		return;
	symbol = &image->symbols[r->symbol];
	site->addr = (has_addend ? 0 : site->addr) + symbol->value + (uint64_t)r->addend;
	site->offset = site->addr;
	site->section = symbol->section;
	site->region = region_of_section(image, symbol->section);
}

static int relocate(struct ab_sites *sites, const struct ab_image *image,
		    const struct ab_section *table, struct ab_error *error)
{
	bool has_addend = table->type == SHT_RELA;
	uint64_t size = (image->width == 64 ? 16 : 8) + (has_addend ? image->width / 8 : 0);

	for (uint64_t at = 0; at + size <= table->data.size; at += size) {
		struct relocation r = read_relocation(image, table->data.data + at, has_addend);
		uint64_t record = r.offset / RECORD;

		if (r.offset % RECORD != 0 || record >= sites->count)
			return ab_fail(error,
				       "%s: the relocation at byte 0x%" PRIx64
				       " belongs to no record's offset",
				       AFTERBURN_SECTION, r.offset);
		place_relocated(image, &r, has_addend, &sites->list[record]);
	}
	if (table->data.size % size != 0)
		return ab_fail(error, "%s: its relocation section has an odd size",
			       AFTERBURN_SECTION);
	return 0;
}

static int place_object(struct ab_sites *sites, const struct ab_image *image, uint64_t first,
			uint32_t section, struct ab_error *error)
{
	struct ab_sites these = {.list = sites->list + first, .count = sites->count - first};

	for (uint64_t i = 0; i < these.count; i++)
		these.list[i].problem = "it has no relocation, so it belongs to no section";
	for (uint32_t i = 1; i < image->section_count; i++) {
		const struct ab_section *s = &image->sections[i];

		if ((s->type == SHT_REL || s->type == SHT_RELA) && s->info == section &&
		    relocate(&these, image, s, error) < 0)
			return -1;
	}
	return 0;
}

static int by_place(const void *left, const void *right)
{
	const struct ab_site *a = left, *b = right;

	if (a->region != b->region)
		return a->region < b->region ? -1 : 1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->record < b->record ? -1 : a->record > b->record;
}

/* Object files may hold several record sections (groups, ld -r). */
static int read_section(struct ab_sites *sites, const struct ab_image *image, uint32_t section,
			struct ab_error *error)
{
	const struct ab_section *s = &image->sections[section];
	uint64_t first = sites->count;

	if (s->data.size % RECORD != 0)
		return ab_fail(error, "%s: its size (%" PRIu64 ") is no multiple of a record's %zu",
			       AFTERBURN_SECTION, s->data.size, RECORD);
	for (uint64_t i = 0; i < s->data.size / RECORD; i++) {
		struct ab_site site = unpack(s->data.data + i * RECORD, i);

		if (image->type != ET_REL)
			place_linked(image, s->addr, &site);
		ab_sites_add(sites, &site);
	}
	sites->source = AB_SITES_RECORDS;
	return image->type == ET_REL ? place_object(sites, image, first, section, error) : 0;
}

int ab_sites_load(struct ab_sites *sites, const struct ab_image *image, struct ab_error *error)
{
	*sites = (struct ab_sites){0};
	for (uint32_t i = 1; i < image->section_count; i++)
		if (strcmp(image->sections[i].name, AFTERBURN_SECTION) == 0 &&
		    image->sections[i].type != SHT_NOBITS &&
		    read_section(sites, image, i, error) < 0)
			return -1;
	if (sites->source == AB_SITES_NONE)
		ab_sites_scan(sites, image);
	if (sites->count)
		qsort(sites->list, sites->count, sizeof(*sites->list), by_place);
	return 0;
}

void ab_sites_free(struct ab_sites *sites)
{
	free(sites->list);
	*sites = (struct ab_sites){0};
}

const char *ab_site_name(const struct ab_site *site)
{
	unsigned int id = site->kind & AFTERBURN_KIND_INSN;

	return id < AFTERBURN_INSN_COUNT ? afterburn_insns[id].name : "?";
}

void ab_site_where(const struct ab_image *image, const struct ab_site *site, char *text,
		   uint64_t size)
{
	if (site->region >= 0)
		ab_image_where(image, &image->regions[site->region], site->offset, text, size);
	else if (site->section)
		snprintf(text, size, "%s+0x%" PRIx64, image->sections[site->section].name,
			 site->offset);
	else
		snprintf(text, size, "0x%" PRIx64, site->addr);
}
