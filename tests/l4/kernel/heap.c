/*
 * Memory for the kernel's own: pages, and two sizes of smaller things cut from pages.
 *
 * Invariant: a free page or thing is on exactly one list, linked through its first word.
 */
#include "kernel.h"

#define FPU_AREA 512

static void *free_pages, *free_nodes, *free_fpu_areas;

static void put(void **list, void *thing)
{
	*(void **)thing = *list;
	*list = thing;
}

static void *take(void **list, word size)
{
	if (!*list) {
		char *page = heap_page();
		for (word i = 0; i + size <= PAGE_SIZE; i += size)
			put(list, page + i);
	}
	void *thing = *list;
	*list = *(void **)thing;
	word *words = thing;
	for (word i = 0; i < size / 4; i++)
		words[i] = 0;
	return thing;
}

void heap_init(word start, word end)
{
	for (word a = end; a > start; a -= PAGE_SIZE)
		put(&free_pages, VIRTUAL(a - PAGE_SIZE));
}

void *heap_page(void)
{
	if (!free_pages) {
		console_text("X.2 test kernel: out of memory; give kickstart kmem=\n");
		dead();
	}
	word *page = free_pages;
	free_pages = *(void **)page;
	for (word i = 0; i < PAGE_SIZE / 4; i++)
		page[i] = 0;
	return page;
}

void heap_free(void *page)
{
	put(&free_pages, page);
}

struct node *node_new(void)
{
	return take(&free_nodes, sizeof(struct node));
}

void node_free(struct node *n)
{
	put(&free_nodes, n);
}

/* fxsave wants 16 bytes' alignment: 512 in a page is enough. */
void *fpu_area_new(void)
{
	return take(&free_fpu_areas, FPU_AREA);
}

void fpu_area_free(void *area)
{
	put(&free_fpu_areas, area);
}
