/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - memory: all that sigma0 has becomes the root task's before guest code runs, so that no
 * user program gets any from there.
 *
 * The guest's memory are pages of 4 MiB, in the order of their addresses, side by side in a window
 * of the wedge's: guest-physical page n is the n-th page of the window. As much as the window is
 * large: 416 MiB.
 *
 * Invariant: a page of the window is conventional memory that no boot module lay in.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "blocks.h"
#include "l4.h"

enum {
	PAGE = X86_PAGE_SIZE,
	BLOCK = BLOCKS_BYTES,
	MIB = 1 << 20,
	HEAP_BLOCKS = (L4_HEAP_END - L4_HEAP) / BLOCK,
	LARGEST_LOG2 = 30,
	VGA = 0xa0000, /* where a PC has its screen and firmware, Linux looks for some of these */
	VGA_END = 0x100000,
};

/*
 * Where what is only taken is mapped, one after the other, until main.c clears these addresses. L4
 * cannot map a small page over a part of a large one, so each kind has a place of its own.
 */
#define DUMP_LARGE 0x40000000
#define DUMP_SMALL 0x40400000

static uint32_t heap_next = L4_HEAP;

/* What is refused is somebody's already, or a part of it is. */
static void take_rest(uint32_t base, unsigned int log2)
{
	uint32_t dump = log2 >= BLOCKS_LOG2 ? DUMP_LARGE : DUMP_SMALL;

	if (x2_sigma0(X2_FPAGE(base, log2) | X2_RIGHTS, X2_FPAGE(dump, BLOCKS_LOG2), L4_K_UTCB) ||
	    log2 == X86_PAGE_SHIFT)
		return;
	take_rest(base, log2 - 1);
	take_rest(base + (1u << (log2 - 1)), log2 - 1);
}

static void take_guest_memory(uint32_t *from, uint32_t blocks)
{
	for (uint32_t i = 0; i < blocks; i++) {
		if (!blocks_take(from, L4_WINDOW + i * BLOCK))
			wedge_fatal("not enough memory: the guest shall have %u MiB, L4 has only "
				    "%u MiB "
				    "left in pieces of 4",
				    blocks * (BLOCK / MIB), i * (BLOCK / MIB));
	}
}

void memory_init(uint32_t mib, uint32_t from)
{
	uint32_t most = (L4_WINDOW_END - L4_WINDOW) / MIB;

	if (mib < BLOCK / MIB || mib > most)
		wedge_fatal(
			"%u MiB of memory: a guest on L4 has 4 to %u, since L4 leaves its kernel "
			"address space for no more",
			mib, most);
	for (unsigned int i = 0; i < HEAP_BLOCKS; i++) {
		if (!blocks_take(&from, L4_HEAP + i * BLOCK))
			wedge_fatal(
				"not enough memory: L4 has none in pieces of 4 MiB for the wedge");
	}
	memset((void *)L4_HEAP, 0, L4_HEAP_END - L4_HEAP);
	take_guest_memory(&from, mib / (BLOCK / MIB));
	machine.pages = (uint64_t)mib / (BLOCK / MIB) * (BLOCK / PAGE);
	for (uint32_t i = 0; i < 4; i++)
		take_rest(i << LARGEST_LOG2, LARGEST_LOG2);
}

void *backend_allocate(size_t size)
{
	uint32_t piece = heap_next;

	size = (size + 15) & ~(size_t)15;
	if (size > L4_HEAP_END - heap_next)
		return NULL;
	heap_next += size;
	return (void *)piece;
}

void *memory_own_pages(unsigned int count)
{
	heap_next = (heap_next + PAGE - 1) & -(uint32_t)PAGE;
	return backend_allocate(count * PAGE);
}

void *backend_page(uint64_t page)
{
	return page < machine.pages ? (void *)(L4_WINDOW + (uint32_t)page * PAGE) : NULL;
}

uint64_t backend_memory_pages(void)
{
	return machine.pages;
}

uint64_t view_memory_bytes(void)
{
	return machine.pages * PAGE;
}

/* The guest's memory is whole, but below 1 MiB Linux expects a PC. */
bool backend_memory_next(uint64_t from, uint64_t *start, uint64_t *end)
{
	*start = from >= VGA && from < VGA_END ? VGA_END : from;
	*end = *start < VGA ? VGA : machine.pages * PAGE;
	return *start < *end;
}

bool backend_window_page(uint64_t va, const void *bytes)
{
	memcpy((void *)(uint32_t)va, bytes, PAGE);
	return true;
}

const char *backend_command_line(void)
{
	return machine.command_line;
}

void backend_ramdisk(uint64_t *start, uint64_t *size)
{
	*start = machine.ramdisk;
	*size = machine.ramdisk_bytes;
}
