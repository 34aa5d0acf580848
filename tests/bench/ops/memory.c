/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages: mapped, touched, taken away.
 *
 * Invariant: small pages only: a huge one would be one fault for many.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define PAGE	    4096u
#define FAULT_PAGES 256u
#define FILE_PAGES  64u
#define MAPPED_FILE "mapped-file"

static char *map_pages(unsigned pages, int flags, int fd)
{
	char *at = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (at == MAP_FAILED)
		fail("mmap");
	return at;
}

static char *map_fresh(unsigned pages)
{
	return map_pages(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void unmap_pages(char *at, unsigned pages)
{
	if (munmap(at, (size_t)pages * PAGE) != 0)
		fail("munmap");
}

static void touch_pages(char *at, unsigned pages)
{
	for (unsigned i = 0; i < pages; i++)
		*(volatile char *)(at + (size_t)i * PAGE) = 1;
}

unsigned run_mmap(unsigned count)
{
	timing_start();
	for (unsigned i = 0; i < count; i++)
		unmap_pages(map_fresh(1), 1);
	timing_stop();
	return count;
}

unsigned run_mmap_touch(unsigned count)
{
	timing_start();
	for (unsigned i = 0; i < count; i++) {
		char *at = map_fresh(1);

		touch_pages(at, 1);
		unmap_pages(at, 1);
	}
	timing_stop();
	return count;
}

/* The file's pages are in memory before the clock starts. */
unsigned run_mmap_file(unsigned count)
{
	int fd = open(MAPPED_FILE, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *at;

	if (fd < 0 || ftruncate(fd, FILE_PAGES * PAGE) != 0)
		fail(MAPPED_FILE);
	at = map_pages(FILE_PAGES, MAP_SHARED, fd);
	touch_pages(at, FILE_PAGES);
	unmap_pages(at, FILE_PAGES);
	timing_start();
	for (unsigned i = 0; i < count; i++) {
		at = map_pages(FILE_PAGES, MAP_SHARED, fd);
		touch_pages(at, FILE_PAGES);
		unmap_pages(at, FILE_PAGES);
	}
	timing_stop();
	close(fd);
	unlink(MAPPED_FILE);
	return count;
}

/* One fault: the first write to a fresh page of a larger mapping. A kernel without huge pages
 * refuses the advice. */
unsigned run_fault(unsigned count)
{
	for (unsigned left = count; left > 0;) {
		unsigned pages = left < FAULT_PAGES ? left : FAULT_PAGES;
		char *at = map_fresh(pages);

		madvise(at, (size_t)pages * PAGE, MADV_NOHUGEPAGE);
		timing_start();
		touch_pages(at, pages);
		timing_stop();
		unmap_pages(at, pages);
		left -= pages;
	}
	return count;
}
