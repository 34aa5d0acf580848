/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.c - finds the sites of an image by their pads.
 *
 * Invariant: every pad in code becomes one entry of the list, also one that is wrong.
 */
#include "elf/sites.h"

#include <afterburn/sites.h>
#include <stdlib.h>

static void add(struct ab_sites *sites, const struct ab_image *image, uint32_t region, uint64_t at,
		unsigned char kind, unsigned char length)
{
	bool before = kind & AFTERBURN_KIND_PAD_BEFORE;
	uint64_t offset = before || at < length ? at : at - length;

	sites->list = ab_grow(sites->list, sites->count, &sites->room, sizeof(*sites->list));
	sites->list[sites->count++] = (struct ab_site){
		.region = region,
		.offset = offset,
		.addr = image->regions[region].addr + offset,
		.pad = at,
		.section = image->regions[region].section,
		.insn_offset = before ? AFTERBURN_PAD_LEN : 0,
		.insn_length = length,
		.site_length = length + AFTERBURN_PAD_LEN,
		.kind = kind,
	};
}

/* Pads are found in order, but a wrong pad may name an instruction far in front of it. */
static int by_place(const void *left, const void *right)
{
	const struct ab_site *a = left, *b = right;

	if (a->region != b->region)
		return a->region < b->region ? -1 : 1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->pad < b->pad ? -1 : a->pad > b->pad;
}

void ab_sites_find(struct ab_sites *sites, const struct ab_image *image)
{
	*sites = (struct ab_sites){0};
	for (uint32_t i = 0; i < image->region_count; i++) {
		struct ab_bytes code = image->regions[i].code;
		unsigned char kind, length;

		for (uint64_t at = 0; at + AFTERBURN_PAD_LEN <= code.size; at++)
			if (afterburn_pad_read(code.data + at, &kind, &length))
				add(sites, image, i, at, kind, length);
	}
	if (sites->count)
		qsort(sites->list, sites->count, sizeof(*sites->list), by_place);
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
	ab_image_where(image, &image->regions[site->region], site->offset, text, size);
}
