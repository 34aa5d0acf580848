/*
 * Spaces: page tables of 4 KiB pages, each with a table of mapping nodes beside it, and the areas
 * of UTCBs and of the kernel interface page.
 *
 * Invariant: an entry with a node is a mapping; one without is the kernel's own, which nobody
 * unmaps.
 */
#include "kernel.h"
#include "call.h"

#define TABLES (KERNEL_BASE >> 22)

extern word boot_directory[];
struct space *loaded_space;

struct space *space_new(void)
{
	struct space *s = heap_page();
	s->directory = heap_page();
	s->nodes = heap_page();
	for (word i = TABLES; i < 1024; i++)
		s->directory[i] = boot_directory[i];
	cpu_map_ports(s);
	return s;
}

word *space_entry(struct space *s, word address, bool make)
{
	word *directory = &s->directory[address >> 22];
	if (!*directory) {
		if (!make)
			return NULL;
		*directory = PHYSICAL(heap_page()) | ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_USER;
		if (address < KERNEL_BASE)
			s->nodes[address >> 22] = heap_page();
	}
	word *table = VIRTUAL(*directory & -PAGE_SIZE);
	return &table[address >> 12 & 0x3ff];
}

struct node **space_node(struct space *s, word address)
{
	struct node **nodes = s->nodes[address >> 22];
	return nodes ? &nodes[address >> 12 & 0x3ff] : NULL;
}

void space_changed(struct space *s, word address)
{
	if (s == loaded_space)
		__asm__ volatile("invlpg (%0)" ::"r"(address) : "memory");
}

void space_load(struct space *s)
{
	__asm__ volatile("movl %0, %%cr3" ::"r"(PHYSICAL(s->directory)) : "memory");
	loaded_space = s;
}

void space_map_kernel_page(struct space *s, word address, void *page, word flags)
{
	*space_entry(s, address, true) = PHYSICAL(page) | flags;
	space_changed(s, address);
}

bool space_utcb_fits(const struct space *s, word location)
{
	word size = (word)1 << s->utcb_log2;
	return s->initialized && location % 512 == 0 && location >= s->utcb_area &&
	       location - s->utcb_area <= size - 512;
}

word *space_utcb(struct space *s, word location)
{
	word *entry = space_entry(s, location, true);
	if (!*entry)
		space_map_kernel_page(s, location, heap_page(),
				      ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_USER);
	return VIRTUAL((*entry & -PAGE_SIZE) + (location & (PAGE_SIZE - 1)) + 0x100);
}

/* What is left when all mappings are gone: UTCBs. The kernel interface page is not the heap's. */
static void free_table(struct space *s, word i)
{
	word *table = VIRTUAL(s->directory[i] & -PAGE_SIZE);
	for (word j = 0; j < 1024; j++) {
		word physical = table[j] & -PAGE_SIZE;
		if (table[j] && physical != PHYSICAL(kip_page))
			heap_free(VIRTUAL(physical));
	}
	heap_free(table);
	heap_free(s->nodes[i]);
}

void space_free(struct space *s)
{
	if (s == loaded_space)
		space_load(root_space);
	for (word i = 0; i < TABLES; i++) {
		if (!s->directory[i])
			continue;
		/* 4 MiB of this table, with all rights */
		unmap(s, i << 22 | 22 << 4 | 7, true);
		free_table(s, i);
	}
	for (int i = 0; i < 2; i++)
		if (s->ports[i])
			heap_free(s->ports[i]);
	heap_free(VIRTUAL(s->directory[TASK_STATE >> 22] & -PAGE_SIZE));
	heap_free(s->directory);
	heap_free(s->nodes);
	heap_free(s);
}
