/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - which guest-physical pages are the guest's, and which are the wedge's.
 *
 * Private (the wedge's) are: the packed wedge and all that Xen's builder put behind it
 * (physical-to-machine list, start page, initial tables, stack), and the heap (memory_layout.h).
 * The guest's memory map does not show them, and backend_page() gives no pointer to them. The same
 * goes for pages that the guest has given away (balloon.c), as long as they have no memory.
 *
 * Invariant: every frame that is in use as a page table is private.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "xen.h"

/* One bit for each guest-physical page. Too large for the image, so the heap holds it. */
struct page_bits {
	uint64_t *words;
};

static struct page_bits private_pages, seen_pages;
static struct page_bits hidden_pages; /* private ones, and those that have no memory */

static bool bit_get(const struct page_bits *b, uint64_t n)
{
	return b->words[n / 64] >> n % 64 & 1;
}

static void bit_set(struct page_bits *b, uint64_t n, bool value)
{
	uint64_t bit = 1ull << n % 64;

	b->words[n / 64] = value ? b->words[n / 64] | bit : b->words[n / 64] & ~bit;
}

uint64_t memory_heap_page(void)
{
	if (xen.heap_next >= xen.heap_end)
		wedge_fatal("the wedge's heap of %lu MiB is used up: give the guest more memory",
			    xen_mib(xen.heap_end - xen.heap));
	xen_count(COUNT_HEAP_PAGES);
	return xen.heap_next++;
}

bool memory_heap_has(uint64_t pages)
{
	return xen.heap_next + pages < xen.heap_end;
}

/* What the wedge maps there it never takes away, so no translation can be stale. */
bool backend_window_page(uint64_t va, const void *bytes)
{
	uint64_t page = memory_heap_page();

	memcpy(xen_page(page), bytes, PAGE);
	update_entry(xen.wedge_l1, (unsigned int)(va / PAGE % ENTRIES),
		     xen_machine(page) | X86_PTE_P | X86_PTE_A | X86_PTE_D);
	update_flush();
	return true;
}

void *memory_map_frame(uint64_t va, uint64_t frame)
{
	update_entry(xen.wedge_l1, (unsigned int)(va / PAGE % ENTRIES),
		     frame * PAGE | X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D);
	update_flush();
	return (void *)(uintptr_t)va;
}

static void *allocate_pages(uint64_t pages)
{
	void *start = xen_page(xen.heap_next);

	if (pages > xen.heap_end - xen.heap_next)
		return NULL;
	xen.heap_next += pages;
	xen_count_many(COUNT_HEAP_PAGES, pages);
	memset(start, 0, (size_t)pages * PAGE);
	return start;
}

/* Small pieces share pages. Nothing is ever freed, so the fill level of the open page suffices. */
void *backend_allocate(size_t size)
{
	static char *open_page;
	static size_t open_used = PAGE;
	void *piece;

	size = (size + 15) & ~(size_t)15;
	if (size > PAGE / 2)
		return allocate_pages((size + PAGE - 1) / PAGE);
	if (open_used + size > PAGE) {
		open_page = allocate_pages(1);
		if (!open_page)
			return NULL;
		open_used = 0;
	}
	piece = open_page + open_used;
	open_used += size;
	return piece;
}

void memory_set_private(uint64_t first, uint64_t end, bool is_private)
{
	for (uint64_t page = first; page < end && page < xen.pages; page++) {
		bit_set(&private_pages, page, is_private);
		bit_set(&hidden_pages, page, is_private);
	}
}

void backend_ramdisk(uint64_t *start, uint64_t *size)
{
	const struct start_info *si = xen.start_info;

	*size = si->mod_len;
	*start = si->flags & SIF_MOD_START_PFN ? (uint64_t)si->mod_start * PAGE : si->mod_start;
	if (!*size)
		*start = 0;
}

uint64_t memory_builder_end(void)
{
	return xen.start_info->pt_base / PAGE + xen.start_info->nr_pt_frames + 1;
}

/*
 * The kernel's own code is rewritten before it runs. Only segments that it may execute count: their
 * pages are mapped so, and a page's mark goes with such a mapping. Linux 7.2 has its initial code
 * in another, and what it executes of that is looked at page by page.
 */
bool memory_is_kernel_code(uint64_t page)
{
	for (unsigned int i = 0; i < xen.header->segment_count; i++) {
		const struct afterburn_bundle_segment *s = &xen.header->segments[i];

		if ((s->flags & AFTERBURN_SEGMENT_EXECUTE) && page >= s->paddr / PAGE &&
		    page < (s->paddr + s->mem_size) / PAGE)
			return memory_is_guest(page);
	}
	return false;
}

static void see_kernel(void)
{
	for (unsigned int i = 0; i < xen.header->segment_count; i++) {
		const struct afterburn_bundle_segment *s = &xen.header->segments[i];

		for (uint64_t page = s->paddr / PAGE; page < (s->paddr + s->mem_size) / PAGE;
		     page++) {
			if (memory_is_kernel_code(page))
				memory_set_code_seen(page);
		}
	}
}

void memory_init(void)
{
	uint64_t ramdisk, ramdisk_size;
	size_t bytes = (size_t)((xen.pages + 63) / 64 * 8);

	/* boot.c has taken these pages already. */
	xen_count_many(COUNT_HEAP_PAGES, xen.heap_next - xen.heap);
	private_pages.words = backend_allocate(bytes);
	hidden_pages.words = backend_allocate(bytes);
	seen_pages.words = backend_allocate(bytes);
	if (!private_pages.words || !hidden_pages.words || !seen_pages.words)
		wedge_fatal("the wedge's heap is too small for its own tables");
	xen.absent_page = memory_heap_page();
	memset(xen_page(xen.absent_page), 0xff, PAGE);
	memory_set_private(xen.header->load_paddr / PAGE, memory_builder_end(), true);
	memory_set_private(xen.heap, xen.heap_end, true);
	see_kernel();
	backend_ramdisk(&ramdisk, &ramdisk_size);
	if (!ramdisk_size)
		return;
	if (ramdisk + ramdisk_size > xen.heap * PAGE)
		wedge_fatal("the ramdisk of %lu MiB does not fit below the wedge's heap",
			    (unsigned long)(ramdisk_size >> 20));
	memory_set_private(ramdisk / PAGE, (ramdisk + ramdisk_size + PAGE - 1) / PAGE, false);
}

bool memory_is_guest(uint64_t page)
{
	return page < xen.pages && !bit_get(&hidden_pages, page);
}

/*
 * The wedge's own view of a page without memory, and so the guest's by a large page, is the page of
 * all ones, to be read.
 */
static void map_physmap(uint64_t page, uint64_t entry)
{
	update_entry(xen.physmap_l1 + page / ENTRIES, (unsigned int)(page % ENTRIES),
		     entry | X86_PTE_P | X86_PTE_A | X86_PTE_D);
}

void memory_hide(uint64_t page)
{
	bit_set(&hidden_pages, page, true);
	map_physmap(page, xen_machine(xen.absent_page));
}

void memory_show(uint64_t page, uint64_t frame)
{
	xen.p2m[page] = (unsigned long)frame;
	bit_set(&hidden_pages, page, false);
	map_physmap(page, frame * PAGE | X86_PTE_W);
}

bool memory_block_is_guest(uint64_t page)
{
	uint64_t first = page & ~(uint64_t)(ENTRIES - 1);

	if (first + ENTRIES > xen.pages)
		return false;
	for (unsigned int i = 0; i < ENTRIES / 64; i++) {
		if (private_pages.words[first / 64 + i])
			return false;
	}
	return true;
}

void *backend_page(uint64_t page)
{
	return memory_is_guest(page) ? xen_page(page) : NULL;
}

uint64_t backend_memory_pages(void)
{
	return xen.pages;
}

bool backend_memory_next(uint64_t from, uint64_t *start, uint64_t *end)
{
	uint64_t page = from / PAGE;

	while (page < xen.pages && !memory_is_guest(page))
		page++;
	*start = page * PAGE;
	while (memory_is_guest(page))
		page++;
	*end = page * PAGE;
	return *start < *end;
}

const char *backend_command_line(void)
{
	return (const char *)xen.start_info->cmd_line;
}

bool memory_code_seen(uint64_t page)
{
	return bit_get(&seen_pages, page);
}

void memory_set_code_seen(uint64_t page)
{
	bit_set(&seen_pages, page, true);
}

void memory_forget_code(uint64_t first, uint64_t count)
{
	for (uint64_t page = first; page - first < count && page < xen.pages; page++)
		bit_set(&seen_pages, page, false);
}

enum memory_code memory_block_code(uint64_t page)
{
	uint64_t first = (page & ~(uint64_t)(ENTRIES - 1)) / 64, any = 0, all = ~0ull;

	for (unsigned int i = 0; i < ENTRIES / 64; i++) {
		any |= seen_pages.words[first + i];
		all &= seen_pages.words[first + i];
	}
	if (!any)
		return MEMORY_CODE_UNSEEN;
	return ~all ? MEMORY_CODE_PARTLY : MEMORY_CODE_SEEN;
}
