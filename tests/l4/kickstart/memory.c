/*
 * Memory descriptors for the kernel interface page, in the order and with the types of the
 * original: what comes later counts. X.2 manual, section 1.2.
 *
 * Invariant: the kernel's heap is conventional memory below what the kernel maps.
 */
#include "kickstart.h"

/* An entry of the Multiboot memory map. */
struct range {
	uint32_t size;
	uint64_t start, length;
	uint32_t type;
} __attribute__((packed));

#define AVAILABLE    1
#define CONVENTIONAL 0x11
#define FIRMWARE     0x2f
#define KERNEL	     0x02
#define SHARED	     0x04

void add_descriptor(uint32_t type, uint32_t start, uint32_t end)
{
	if (kernel_data.descriptors == BOOT_DESCRIPTORS)
		fail("too many ranges of memory");
	uint32_t *d = kernel_data.descriptor[kernel_data.descriptors++];
	d[0] = (start & ~0x3ffu) | type;
	d[1] = (end - 1) & ~0x3ffu;
}

/* The highest place for the heap below TOP. */
static void place_heap(const struct multiboot *info, uint32_t start, uint32_t top, uint32_t bytes)
{
	while (top > start && top - start >= bytes) {
		uint32_t free_to = first_in_the_way(top - bytes, top, info);
		if (free_to == top) {
			kernel_data.heap_start = top - bytes;
			kernel_data.heap_end = top;
			return;
		}
		top = free_to & -PAGE_SIZE;
	}
	fail("too little memory for the kernel's heap");
}

static void add_range(const struct multiboot *info, const struct range *r, uint32_t bytes)
{
	if (r->start >> 32 || !r->length)
		return;
	uint64_t end64 = r->start + r->length;
	uint32_t start = (uint32_t)r->start, end = end64 >> 32 ? 0 : (uint32_t)end64;
	add_descriptor(r->type == AVAILABLE ? CONVENTIONAL : FIRMWARE, start, end);
	if (r->type != AVAILABLE || start < 0x100000)
		return;
	uint32_t top = end & -PAGE_SIZE;
	if (top > DIRECT_END - KERNEL_BASE)
		top = DIRECT_END - KERNEL_BASE;
	place_heap(info, start, top, bytes);
}

void describe_memory(const struct multiboot *info, uint32_t bytes)
{
	add_descriptor(SHARED, 0, 0);
	bytes = (bytes + PAGE_SIZE - 1) & -PAGE_SIZE;
	for (uint32_t at = 0; at < info->map_length;) {
		const struct range *r = (const struct range *)(info->map + at);
		add_range(info, r, bytes);
		at += r->size + 4;
	}
	add_descriptor(KERNEL, kernel_data.heap_start, kernel_data.heap_end);
	add_descriptor(SHARED, 0xa0000, 0xc0000);
	add_descriptor(SHARED, 0xc0000, 0xf0000);
}
