/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - guest-physical memory, the wedge's heap, and what came with the guest.
 *
 * Invariant: all guest-physical memory is the guest's: the wedge keeps nothing in the memory file.
 */
#include <wedge/log.h>
#include "linux.h"

enum { SPARE_BYTES = LINUX_COPIES * X86_PAGE_SIZE };

static uint64_t heap_next = LINUX_HEAP;

static void map_exactly(uint64_t at, uint64_t size, unsigned int flags, int fd, const char *what)
{
	long result = host_map(at, size, HOST_PROT_READ | HOST_PROT_WRITE,
			       flags | HOST_MAP_FIXED_NOREPLACE, fd, 0);

	if (result != (long)at)
		linux_host_failed(what, result);
}

static void extend_file(void)
{
	long result = host_call2(__NR_ftruncate, machine.info.memory_fd,
				 machine.info.memory_bytes + SPARE_BYTES);

	if (host_failed(result))
		linux_host_failed("a larger memory file", result);
}

uint8_t *memory_spare(void)
{
	return (uint8_t *)LINUX_PHYSMAP + machine.info.memory_bytes;
}

void memory_init(void)
{
	unsigned int anonymous = HOST_MAP_PRIVATE | HOST_MAP_ANONYMOUS | HOST_MAP_NORESERVE;

	machine.pages = machine.info.memory_bytes / X86_PAGE_SIZE;
	map_exactly(LINUX_HEAP, LINUX_HEAP_SIZE, anonymous, -1, "mapping the wedge's heap");
	extend_file();
	map_exactly(LINUX_PHYSMAP, machine.info.memory_bytes + SPARE_BYTES, HOST_MAP_SHARED,
		    machine.info.memory_fd, "mapping the guest's memory");
}

void *backend_allocate(size_t size)
{
	uint64_t piece = heap_next;

	size = (size + 15) & ~(size_t)15;
	if (size > LINUX_HEAP + LINUX_HEAP_SIZE - heap_next)
		return NULL;
	heap_next += size;
	return (void *)piece;
}

void *backend_page(uint64_t page)
{
	return page < machine.pages ? (void *)(LINUX_PHYSMAP + page * X86_PAGE_SIZE) : NULL;
}

uint64_t backend_memory_pages(void)
{
	return machine.pages;
}

bool backend_memory_next(uint64_t from, uint64_t *start, uint64_t *end)
{
	bool below = from < LAUNCH_HOLE;

	*start = below || from > LAUNCH_HOLE_END ? from : LAUNCH_HOLE_END;
	*end = machine.info.memory_bytes;
	if (below && *end > LAUNCH_HOLE)
		*end = LAUNCH_HOLE;
	return *start < *end;
}

const char *backend_command_line(void)
{
	return machine.info.command_line;
}

void backend_ramdisk(uint64_t *start, uint64_t *size)
{
	*start = machine.info.ramdisk;
	*size = machine.info.ramdisk_bytes;
}
