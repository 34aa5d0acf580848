/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols.c - reads the symbol table, and finds the symbol of an address of code.
 *
 * Invariant: labels are sorted by section and offset, so lookups are binary searches.
 */
#include "elf/image.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_symbol(const struct ab_image *image, const unsigned char *at,
			struct ab_symbol *symbol, uint32_t *name)
{
	unsigned char info;

	*name = (uint32_t)ab_get(at, 4);
	if (image->width == 64) {
		info = at[4];
		symbol->section = (uint32_t)ab_get(at + 6, 2);
		symbol->value = ab_get(at + 8, 8);
		symbol->size = ab_get(at + 16, 8);
	} else {
		symbol->value = ab_get(at + 4, 4);
		symbol->size = ab_get(at + 8, 4);
		info = at[12];
		symbol->section = (uint32_t)ab_get(at + 14, 2);
	}
	symbol->type = ELF64_ST_TYPE(info);
	symbol->bind = ELF64_ST_BIND(info);
}

/* The table of section numbers above SHN_LORESERVE that belongs to symbol table `of`. */
static struct ab_bytes extended_sections(const struct ab_image *image, uint32_t of)
{
	for (uint32_t i = 1; i < image->section_count; i++)
		if (image->sections[i].type == SHT_SYMTAB_SHNDX && image->sections[i].link == of)
			return image->sections[i].data;
	return (struct ab_bytes){0};
}

static void place_symbol(const struct ab_image *image, struct ab_symbol *symbol,
			 struct ab_bytes extended, uint64_t index)
{
	struct ab_bytes entry;

	if (symbol->section == SHN_XINDEX)
		symbol->section = ab_slice(extended, index * 4, 4, &entry)
					  ? (uint32_t)ab_get(entry.data, 4)
					  : SHN_UNDEF;
	else if (symbol->section >= SHN_LORESERVE)
		symbol->section = SHN_UNDEF;
	if (symbol->section >= image->section_count)
		symbol->section = SHN_UNDEF;
}

static int by_place(const void *left, const void *right)
{
	const struct ab_label *a = left, *b = right;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->symbol < b->symbol ? -1 : a->symbol > b->symbol;
}

/* False for assembler-local names (.L) in the table: they name no function. */
static bool is_label(const struct ab_image *image, const struct ab_symbol *symbol)
{
	const struct ab_section *section = &image->sections[symbol->section];

	if (symbol->section == 0 || !(section->flags & SHF_EXECINSTR))
		return false;
	if (symbol->type != STT_NOTYPE && symbol->type != STT_FUNC && symbol->type != STT_OBJECT &&
	    symbol->type != STT_GNU_IFUNC)
		return false;
	return symbol->name[0] && strncmp(symbol->name, ".L", 2) != 0;
}

static void make_labels(struct ab_image *image)
{
	image->labels = ab_alloc(image->symbol_count, sizeof(*image->labels));
	for (uint32_t i = 0; i < image->symbol_count; i++) {
		const struct ab_symbol *symbol = &image->symbols[i];
		struct ab_label *label = &image->labels[image->label_count];
		uint64_t start = 0;

		if (!is_label(image, symbol))
			continue;
		if (image->type != ET_REL)
			start = image->sections[symbol->section].addr;
		label->section = symbol->section;
		label->offset = symbol->value - start;
		label->symbol = i;
		if (label->offset <= image->sections[symbol->section].size)
			image->label_count++;
	}
	qsort(image->labels, image->label_count, sizeof(*image->labels), by_place);
}

int ab_image_read_symbols(struct ab_image *image, struct ab_error *error)
{
	uint64_t size = image->width == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	const struct ab_section *table = NULL;
	struct ab_bytes strings, extended;
	uint32_t name;

	for (uint32_t i = 1; i < image->section_count && !table; i++)
		if (image->sections[i].type == SHT_SYMTAB)
			table = &image->sections[i];
	if (!table)
		return 0;
	if (table->link >= image->section_count || table->data.size % size != 0 ||
	    table->data.size / size > UINT32_MAX)
		return ab_fail(error, "the symbol table is malformed");
	strings = image->sections[table->link].data;
	extended = extended_sections(image, (uint32_t)(table - image->sections));
	image->symbol_count = (uint32_t)(table->data.size / size);
	image->symbols = ab_alloc(image->symbol_count, sizeof(*image->symbols));
	for (uint32_t i = 0; i < image->symbol_count; i++) {
		struct ab_symbol *symbol = &image->symbols[i];

		read_symbol(image, table->data.data + i * size, symbol, &name);
		symbol->name = name ? ab_string(strings, name) : "";
		if (!symbol->name)
			return ab_fail(error,
				       "the name of symbol %" PRIu32 " lies outside its table", i);
		place_symbol(image, symbol, extended, i);
	}
	make_labels(image);
	return 0;
}

/*
 * Of several symbols at one place, a function is preferred, then a global one, then the first. Only
 * the last SAME_PLACE symbols count.
 */
#define SAME_PLACE 64

static int rank(const struct ab_symbol *symbol)
{
	return (symbol->type == STT_FUNC) * 2 + (symbol->bind != STB_LOCAL);
}

const struct ab_symbol *ab_image_label(const struct ab_image *image, uint32_t section,
				       uint64_t offset, uint64_t *distance)
{
	uint32_t low = 0, high = image->label_count, best;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct ab_label *label = &image->labels[middle];

		if (label->section < section ||
		    (label->section == section && label->offset <= offset))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || image->labels[low - 1].section != section)
		return NULL;
	best = low - 1;
	for (uint32_t i = best; i-- > 0 && low - i < SAME_PLACE &&
				image->labels[i].section == section &&
				image->labels[i].offset == image->labels[low - 1].offset;)
		if (rank(&image->symbols[image->labels[i].symbol]) >=
		    rank(&image->symbols[image->labels[best].symbol]))
			best = i;
	*distance = offset - image->labels[best].offset;
	return &image->symbols[image->labels[best].symbol];
}

void ab_image_where(const struct ab_image *image, const struct ab_region *region, uint64_t offset,
		    char *text, uint64_t size)
{
	uint64_t distance = offset;
	const struct ab_symbol *symbol = NULL;

	if (region->section)
		symbol = ab_image_label(image, region->section, offset, &distance);
	snprintf(text, size, "%s+0x%" PRIx64, symbol ? symbol->name : region->name, distance);
}
