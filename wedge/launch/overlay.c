/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay.c - see overlay.h.
 *
 * Invariant: a bit is set only when its sector is in the file.
 */
#include "overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SECTOR = 512 };

/* In the folder for temporary files; in memory where that knows no file without a name. */
static int open_nameless(void)
{
	const char *folder = getenv("TMPDIR");
	int fd = open(folder && *folder ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd >= 0 ? fd : memfd_create("afterburn-overlay", MFD_CLOEXEC);
}

int overlay_open(struct overlay *overlay, uint64_t sectors)
{
	uint64_t bytes = (sectors + 7) / 8;
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		return errno;
	*overlay = (struct overlay){.fd = open_nameless(), .written = map};
	if (overlay->fd < 0 || ftruncate(overlay->fd, (off_t)(sectors * SECTOR)) < 0)
		return errno;
	return madvise(map, bytes, MADV_DONTFORK) < 0 ? errno : 0;
}

static bool is_written(const struct overlay *overlay, uint64_t sector)
{
	return overlay->written[sector / 8] >> sector % 8 & 1;
}

uint64_t overlay_run(const struct overlay *overlay, uint64_t sector, uint64_t most, bool *here)
{
	uint64_t count = 1;

	*here = is_written(overlay, sector);
	while (count < most && is_written(overlay, sector + count) == *here)
		count++;
	return count;
}

void overlay_note(struct overlay *overlay, uint64_t sector, uint64_t count)
{
	for (uint64_t i = sector; i < sector + count; i++)
		overlay->written[i / 8] |= (unsigned char)(1u << i % 8);
}
