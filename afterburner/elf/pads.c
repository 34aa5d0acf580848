/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pads.c - finds sites by their pads, for images whose records were stripped.
 *
 * Invariant: a pad counts only where its 16-bit magic, kind and length are all possible.
 */
#include "elf/sites.h"

#include <afterburn/sites.h>

static void add_pad(struct ab_sites *sites, const struct ab_image *image, uint32_t region,
		    uint64_t at, unsigned char kind, unsigned char length)
{
	const struct ab_region *r = &image->regions[region];
	bool before = kind & AFTERBURN_KIND_PAD_BEFORE;
	struct ab_site site = {
		.record = sites->count,
		.region = (int)region,
		.offset = before ? at : at - length,
		.section = r->section,
		.insn_offset = before ? AFTERBURN_PAD_LEN : 0,
		.insn_length = length,
		.site_length = (unsigned char)(length + AFTERBURN_PAD_LEN),
		.kind = kind,
	};

	if (!before && at < length) {
		site.offset = at;
		site.problem = "its pad follows no instruction";
	}
	site.addr = r->addr + site.offset;
	ab_sites_add(sites, &site);
}

void ab_sites_scan(struct ab_sites *sites, const struct ab_image *image)
{
	for (uint32_t i = 0; i < image->region_count; i++) {
		struct ab_bytes code = image->regions[i].code;
		unsigned char kind, length;

		for (uint64_t at = 0; at + AFTERBURN_PAD_LEN <= code.size; at++)
			if (afterburn_pad_parse(code.data + at, &kind, &length)) {
				add_pad(sites, image, i, at, kind, length);
				at += AFTERBURN_PAD_LEN - 1;
			}
	}
	if (sites->count)
		sites->source = AB_SITES_PADS;
}
