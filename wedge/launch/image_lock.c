/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_lock.c - see image_lock.h.
 *
 * For each right there are two bytes. A read lock on the one says "I use it", on the other "I do
 * not let others use it"; all put their locks first and look for those of others then. Of two that
 * start at the same moment, both may give up.
 *
 * Invariant: only read locks are made, so they never exclude one another by themselves, and a file
 * that may only be read can have them.
 */
#include "image_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

/* Where the bytes begin, and the rights by number (QEMU's BLK_PERM_*). */
enum { USES = 100, BARS = 200 };
enum { READ = 0, WRITE = 1, RESIZE = 3 };

static int lock(int fd, off_t byte)
{
	struct flock what = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return fcntl(fd, F_OFD_SETLK, &what) == 0 ? 0 : errno;
}

/* Has somebody else a lock there? One of ours would have to wait for it if it were for writing. */
static int look(int fd, off_t byte)
{
	struct flock what = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	if (fcntl(fd, F_OFD_GETLK, &what) < 0)
		return errno;
	return what.l_type == F_UNLCK ? 0 : EBUSY;
}

int image_lock(int fd, bool write)
{
	const off_t own[] = {USES + READ, BARS + WRITE, BARS + RESIZE, USES + WRITE};
	const off_t others[] = {BARS + READ, USES + WRITE, USES + RESIZE, BARS + WRITE};
	unsigned int count = write ? 4 : 3;
	int error = 0;

	for (unsigned int i = 0; i < count && !error; i++)
		error = lock(fd, own[i]);
	for (unsigned int i = 0; i < count && !error; i++)
		error = look(fd, others[i]);
	return error == EAGAIN || error == EACCES ? EBUSY : error;
}
