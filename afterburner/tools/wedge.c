/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wedge.c - reads a wedge's ELF file into one contiguous image that begins with its header.
 *
 * Invariant: the flattened image is what a loader would build in memory, zero-filled parts too.
 */
#include "bundle.h"

#include <afterburn/sites.h>

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Larger than any wedge: a file with a larger image is none. */
#define WEDGE_LIMIT (UINT64_C(64) << 20)

static bool loads(const struct ab_segment *s)
{
	return s->type == PT_LOAD && s->memsz != 0;
}

static int find_extent(struct wedge *wedge, struct ab_error *error)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (uint32_t i = 0; i < wedge->elf.segment_count; i++) {
		const struct ab_segment *s = &wedge->elf.segments[i];

		if (!loads(s))
			continue;
		if (s->filesz > s->memsz || s->memsz - 1 > UINT64_MAX - s->vaddr)
			return ab_fail(error, "segment %u has impossible sizes", i);
		if (s->vaddr < first)
			first = s->vaddr;
		if (s->vaddr + (s->memsz - 1) > last)
			last = s->vaddr + (s->memsz - 1);
	}
	if (first > last)
		return ab_fail(error, "not a wedge: it has no loadable segment");
	if (last - first >= WEDGE_LIMIT)
		return ab_fail(error, "not a wedge: it spans more than %" PRIu64 " bytes",
			       WEDGE_LIMIT);
	if (first % PAGE_BYTES)
		return ab_fail(error, "not a wedge: it does not begin on a page");
	wedge->link_addr = first;
	wedge->image_size = (last - first + PAGE_BYTES) / PAGE_BYTES * PAGE_BYTES;
	return 0;
}

static void flatten(struct wedge *wedge)
{
	wedge->image = ab_alloc(wedge->image_size, 1);
	for (uint32_t i = 0; i < wedge->elf.segment_count; i++) {
		const struct ab_segment *s = &wedge->elf.segments[i];

		if (loads(s) && s->filesz)
			memcpy(wedge->image + (s->vaddr - wedge->link_addr), s->data.data,
			       s->filesz);
	}
}

bool wedge_is_launched(const struct wedge *wedge)
{
	return wedge->header.entry;
}

static int check_header(const struct wedge *wedge, struct ab_error *error)
{
	const struct afterburn_wedge_header *h = &wedge->header;

	if (h->magic != AFTERBURN_WEDGE_MAGIC)
		return ab_fail(error, "not a wedge: its image does not begin with the wedge magic");
	if (h->version != AFTERBURN_BUNDLE_VERSION)
		return ab_fail(error,
			       "made for bundle version %u, this afterburn packs version %u; "
			       "build both from one source",
			       h->version, AFTERBURN_BUNDLE_VERSION);
	if (h->sites_version != AFTERBURN_SITES_VERSION)
		return ab_fail(error,
			       "made for sites of version %u, this afterburn knows version %u; "
			       "build both from one source",
			       h->sites_version, AFTERBURN_SITES_VERSION);
	if (h->width != wedge->elf.width &&
	    (!wedge_is_launched(wedge) || h->width > wedge->elf.width))
		return ab_fail(error, "says it is for %u-bit kernels, but is an ELF%u file",
			       h->width, wedge->elf.width);
	if (h->entry >= wedge->image_size)
		return ab_fail(error, "its entry 0x%x lies outside its image", h->entry);
	if (wedge_is_launched(wedge) && wedge->elf.width == 64 && wedge->link_addr <= UINT32_MAX)
		return ab_fail(error,
			       "it is linked at 0x%" PRIx64
			       ", in the first 4 GiB, where kernels are",
			       wedge->link_addr);
	if (!memchr(h->platform, 0, sizeof(h->platform)) || !h->platform[0])
		return ab_fail(error, "its header names no platform");
	return 0;
}

int wedge_open(struct wedge *wedge, const char *name, struct ab_error *error)
{
	if (ab_image_open(&wedge->elf, name, wedge->file, error) < 0)
		return -1;
	if (wedge->elf.type != ET_EXEC)
		return ab_fail(error, "not a wedge: not linked to a fixed address");
	if (find_extent(wedge, error) < 0)
		return -1;
	flatten(wedge);
	if (wedge->image_size < sizeof(wedge->header))
		return ab_fail(error, "not a wedge: smaller than its header");
	memcpy(&wedge->header, wedge->image, sizeof(wedge->header));
	return check_header(wedge, error);
}

void wedge_close(struct wedge *wedge)
{
	ab_image_close(&wedge->elf);
	free(wedge->image);
	free(wedge->notes);
	free(wedge->tables);
	free((void *)(uintptr_t)wedge->file.data);
	*wedge = (struct wedge){0};
}
