/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundle_build.c - a wedge's segment: image with its header filled in, sites, names.
 *
 * Invariant: the same kernel and wedge give the same bytes.
 */
#include "bundle.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct names {
	char *text;
	uint64_t size, room;
	const struct ab_symbol *last; /* sites are sorted, so one function's sites are neighbours */
	uint32_t last_offset;
};

static uint32_t add_name(struct names *names, const struct ab_symbol *symbol)
{
	uint64_t size = symbol ? strlen(symbol->name) + 1 : 1;

	if (names->size && symbol == names->last)
		return names->last_offset;
	for (uint64_t i = 0; i < size; i++) {
		names->text = ab_grow(names->text, names->size + i, &names->room, 1);
		names->text[names->size + i] = symbol ? symbol->name[i] : '\0';
	}
	names->last = symbol;
	names->last_offset = (uint32_t)names->size;
	names->size += size;
	return names->last_offset;
}

static int by_addr(const void *left, const void *right)
{
	const struct afterburn_bundle_site *a = left, *b = right;

	return a->vaddr < b->vaddr ? -1 : a->vaddr > b->vaddr;
}

static struct afterburn_bundle_site *list_sites(const struct bundle *bundle, struct names *names)
{
	const struct ab_sites *sites = bundle->sites;
	struct afterburn_bundle_site *list = ab_alloc(sites->count, sizeof(*list));

	for (uint64_t i = 0; i < sites->count; i++) {
		const struct ab_site *site = &sites->list[i];
		const struct ab_symbol *symbol = NULL;
		uint64_t distance;

		if (site->section)
			symbol = ab_image_label(bundle->kernel, site->section,
						site->offset + site->insn_offset, &distance);
		list[i] = (struct afterburn_bundle_site){
			.vaddr = site->addr,
			.insn_offset = site->insn_offset,
			.insn_length = site->insn_length,
			.site_length = site->site_length,
			.kind = site->kind,
			.symbol = add_name(names, symbol),
		};
	}
	qsort(list, sites->count, sizeof(*list), by_addr);
	return list;
}

/* Earlier checks looked at each section alone; sections of a hostile file may overlap. */
static int check_order(const struct afterburn_bundle_site *list, uint64_t count,
		       struct ab_error *error)
{
	for (uint64_t i = 1; i < count; i++)
		if (list[i].vaddr - list[i - 1].vaddr < list[i - 1].site_length)
			return ab_fail(error, "the sites at 0x%llx and 0x%llx overlap",
				       list[i - 1].vaddr, list[i].vaddr);
	return 0;
}

static void fill_segments(const struct ab_image *kernel, struct afterburn_wedge_header *header)
{
	for (uint32_t i = 0; i < kernel->segment_count; i++) {
		const struct ab_segment *s = &kernel->segments[i];

		if (s->type != PT_LOAD || s->memsz == 0)
			continue;
		header->segments[header->segment_count++] = (struct afterburn_bundle_segment){
			.vaddr = s->vaddr,
			.paddr = s->paddr,
			.file_size = s->filesz,
			.mem_size = s->memsz,
			.flags = s->flags & (PF_R | PF_W | PF_X),
		};
	}
}

/* The wedge with its tables must end below the top of the address space, clear of the kernel. */
static int check_room(const struct bundle *bundle, const struct wedge *wedge,
		      struct ab_error *error)
{
	const struct ab_image *kernel = bundle->kernel;
	uint64_t top = wedge->elf.width == 64 ? UINT64_MAX : UINT32_MAX;
	uint64_t start = wedge->link_addr, size = wedge->bundle_size, last;
	bool loaded = !wedge_is_launched(wedge);

	if (size - 1 > top - start ||
	    (loaded && (bundle->load_paddr > top || size - 1 > top - bundle->load_paddr)))
		return ab_fail(error,
			       "wedge and tables need %" PRIu64
			       " bytes, too many for where the wedge is linked (0x%" PRIx64 ")",
			       size, start);
	last = start + (size - 1);
	for (uint32_t i = 0; i < kernel->segment_count; i++) {
		const struct ab_segment *s = &kernel->segments[i];

		if (s->type == PT_LOAD && s->memsz && start <= s->vaddr + (s->memsz - 1) &&
		    last >= s->vaddr)
			return ab_fail(error,
				       "its segment %u at 0x%" PRIx64
				       " overlaps the wedge, which is linked at 0x%" PRIx64,
				       i, s->vaddr, start);
	}
	return 0;
}

int bundle_build(const struct bundle *bundle, struct wedge *wedge, struct ab_error *error)
{
	struct afterburn_wedge_header header = wedge->header;
	struct names names = {0};
	struct afterburn_bundle_site *list = list_sites(bundle, &names);
	uint64_t sites_size = bundle->sites->count * sizeof(*list);
	int order = check_order(list, bundle->sites->count, error);

	header.load_paddr = bundle->load_paddr;
	header.protocol = bundle->protocol;
	header.kernel_entry = bundle->entry;
	header.segment_count = 0;
	memset(header.segments, 0, sizeof(header.segments));
	fill_segments(bundle->kernel, &header);
	header.site_count = (unsigned int)bundle->sites->count;
	header.sites_offset = wedge->image_size;
	header.names_offset = header.sites_offset + sites_size;
	header.names_size = names.size;
	wedge->bundle_size =
		(header.names_offset + names.size + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	header.bundle_size = wedge->bundle_size;
	wedge->tables = ab_alloc(wedge->bundle_size, 1);
	memcpy(wedge->tables, wedge->image, wedge->image_size);
	memcpy(wedge->tables, &header, sizeof(header));
	memcpy(wedge->tables + header.sites_offset, list, sites_size);
	if (names.size)
		memcpy(wedge->tables + header.names_offset, names.text, names.size);
	free(list);
	free(names.text);
	return order < 0 ? -1 : check_room(bundle, wedge, error);
}
