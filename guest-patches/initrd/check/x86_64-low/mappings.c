/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mappings.c - no mapping comes to be in the kernel's GiB or above 2^46, whoever chose its place;
 * right beside them they are as anywhere.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../check.h"
#include "hole.h"

#define MIB (1UL << 20)

/* mmap of private memory; `flags` beyond that. */
static char *map(unsigned long address, unsigned long size, int flags)
{
	return mmap((void *)address, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

static bool is_at(const char *mapping, unsigned long address)
{
	return (unsigned long)mapping == address;
}

static bool outside(const char *mapping, unsigned long size)
{
	unsigned long start = (unsigned long)mapping;

	return mapping != MAP_FAILED && (start >= HOLE_END || start + size <= HOLE_START);
}

static bool no_memory(const void *mapping)
{
	return mapping == MAP_FAILED && errno == ENOMEM;
}

/* A program names the place. */
static bool places_named(void)
{
	char *below, *hinted;

	EXPECT(no_memory(map(0x50000000, PAGE, MAP_FIXED)));
	EXPECT(no_memory(map(HOLE_START - PAGE, 2 * PAGE, MAP_FIXED)));
	EXPECT(no_memory(map(HOLE_END - PAGE, 2 * PAGE, MAP_FIXED)));
	EXPECT(no_memory(map(0x30000000, 0x60000000, MAP_FIXED)));
	EXPECT(no_memory(map(PROGRAM_END, PAGE, MAP_FIXED)));
	EXPECT(no_memory(map(DIRECT_MAP, PAGE, MAP_FIXED)));
	hinted = map(0x50000000, PAGE, 0);
	EXPECT(outside(hinted, PAGE) && munmap(hinted, PAGE) == 0);
	below = map(0x20000000, MIB, MAP_FIXED);
	EXPECT(is_at(below, 0x20000000));
	memset(below, 2, MIB);
	EXPECT(mremap(below, MIB, MIB, MREMAP_MAYMOVE | MREMAP_FIXED, 0x48000000) == MAP_FAILED);
	EXPECT(below[MIB - 1] == 2 && munmap(below, MIB) == 0);
	return true;
}

/*
 * The kernel chooses. It does so from the top; with all of the program's space filled, in ever
 * smaller pieces, it has also looked at what is left around the hole.
 */
static bool places_chosen(void)
{
	char *low = map(0, MIB, MAP_32BIT), *piece;

	EXPECT(outside(low, MIB) && (unsigned long)low < HOLE_START);
	memset(low, 1, MIB);
	EXPECT(munmap(low, MIB) == 0);
	EXPECT(no_memory(map(0, 1UL << 30, MAP_32BIT)));
	for (unsigned long size = PROGRAM_END / 2; size >= MIB; size /= 2)
		while ((piece = map(0, size, 0)) != MAP_FAILED)
			EXPECT(outside(piece, size) &&
			       (unsigned long)piece + size <= PROGRAM_END - PAGE);
	EXPECT(map(HOLE_START - MIB, MIB, MAP_FIXED_NOREPLACE) == MAP_FAILED && errno == EEXIST);
	EXPECT(map(HOLE_END, MIB, MAP_FIXED_NOREPLACE) == MAP_FAILED && errno == EEXIST);
	return true;
}

bool check_hole_mmap(void)
{
	return places_named() && places_chosen();
}

static void touch(void *address)
{
	*(volatile char *)address = 1;
}

/* The last page before the hole: strings and words end with it, and it does not grow. */
static bool page_before(void)
{
	char *page = map(HOLE_START - PAGE, PAGE, MAP_FIXED);

	EXPECT(is_at(page, HOLE_START - PAGE));
	strcpy(page + PAGE - 5, "/dev");
	EXPECT(access(page + PAGE - 5, F_OK) == 0);
	memset(page + PAGE - 5, '/', 5);
	EXPECT(access(page + PAGE - 5, F_OK) == -1 && errno == EFAULT);
	EXPECT(syscall(SYS_time, page + PAGE - 4) == -1 && errno == EFAULT);
	EXPECT(mremap(page, PAGE, 4 * MIB, 0) == MAP_FAILED);
	EXPECT(munmap(page, PAGE) == 0);
	return true;
}

/* The first page behind it, as a stack: it does not grow down into the hole. */
static bool page_behind(void)
{
	char *page = map(HOLE_END, 2 * PAGE, MAP_FIXED | MAP_GROWSDOWN);

	EXPECT(is_at(page, HOLE_END));
	touch(page);
	EXPECT(raised_by(touch, page - 8) == SIGSEGV);
	EXPECT(munmap(page, 2 * PAGE) == 0);
	return true;
}

bool check_hole_borders(void)
{
	char *last = map(PROGRAM_END - 2 * PAGE, PAGE, MAP_FIXED_NOREPLACE);

	EXPECT(is_at(last, PROGRAM_END - 2 * PAGE) || errno == EEXIST);
	return page_before() && page_behind();
}
