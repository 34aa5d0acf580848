/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and writes of a disk, one after the other, past the cache of the kernel that runs this.
 *
 * The host has an image where a guest has a device, and may have it in memory, where there is no
 * way past a cache; the image is in the host's cache for a guest too.
 *
 * Invariant: each batch goes on where the one before has ended, so that places come again only when
 * the whole disk has been gone through.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "io.h"

enum { SMALL = 4096, LARGE = 128 * 1024 };

typedef ssize_t transfer(int fd, void *memory, size_t size, off_t offset);

static const char *path;
static int disk = -1;
static uint64_t bytes;
static char memory[LARGE] __attribute__((aligned(SMALL)));

void io_disk(const char *name)
{
	path = name;
}

static void open_disk(void)
{
	off_t end;

	if (disk >= 0)
		return;
	if (!path)
		fail("disk operations need --disk");
	disk = open(path, O_RDWR | O_DIRECT);
	if (disk < 0 && errno == EINVAL)
		disk = open(path, O_RDWR);
	end = lseek(disk, 0, SEEK_END);
	if (end < LARGE)
		fail(path);
	bytes = (uint64_t)end;
}

static ssize_t write_at(int fd, void *from, size_t size, off_t offset)
{
	return pwrite(fd, from, size, offset);
}

/* Places in a row, or anywhere. */
static uint64_t next_place(size_t size, bool random)
{
	static uint64_t state = 1, row;
	uint64_t places = bytes / size;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (random ? state >> 20 : row++) % places * size;
}

static unsigned run(transfer *way, size_t size, bool random, unsigned count)
{
	open_disk();
	timing_start();
	for (unsigned i = 0; i < count; i++)
		if (way(disk, memory, size, (off_t)next_place(size, random)) != (ssize_t)size)
			fail(path);
	timing_stop();
	return count;
}

unsigned run_disk_read_4k(unsigned count)
{
	return run(pread, SMALL, true, count);
}

unsigned run_disk_write_4k(unsigned count)
{
	return run(write_at, SMALL, true, count);
}

unsigned run_disk_read_128k(unsigned count)
{
	return run(pread, LARGE, false, count);
}

unsigned run_disk_write_128k(unsigned count)
{
	return run(write_at, LARGE, false, count);
}
