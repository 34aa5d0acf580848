/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that do next to nothing, and those that look at a file.
 */
#include <fcntl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define SELECTED 100 /* descriptors that select() looks at */

/* The way of the C library: on i386 through the vDSO where the kernel has one. */
unsigned run_getpid_libc(unsigned count)
{
	timing_start();
	for (unsigned i = 0; i < count; i++)
		getpid();
	timing_stop();
	return count;
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		fail(path);
	return fd;
}

unsigned run_read(unsigned count)
{
	int fd = open_file("/dev/zero", O_RDONLY);
	char byte;

	timing_start();
	for (unsigned i = 0; i < count; i++)
		if (read(fd, &byte, 1) != 1)
			fail("read of /dev/zero");
	timing_stop();
	close(fd);
	return count;
}

unsigned run_write(unsigned count)
{
	int fd = open_file("/dev/null", O_WRONLY);
	char byte = 0;

	timing_start();
	for (unsigned i = 0; i < count; i++)
		if (write(fd, &byte, 1) != 1)
			fail("write to /dev/null");
	timing_stop();
	close(fd);
	return count;
}

unsigned run_stat(unsigned count)
{
	struct stat found;

	timing_start();
	for (unsigned i = 0; i < count; i++)
		if (stat("./bench-ops", &found) != 0)
			fail("stat of ./bench-ops");
	timing_stop();
	return count;
}

unsigned run_open_close(unsigned count)
{
	timing_start();
	for (unsigned i = 0; i < count; i++)
		close(open_file("./bench-ops", O_RDONLY));
	timing_stop();
	return count;
}

/* The read ends of one empty pipe: none is ready, and all are looked at. */
unsigned run_select(unsigned count)
{
	struct timeval none = {0};
	int ends[2], fds[SELECTED];
	fd_set set;

	if (pipe(ends) != 0)
		fail("pipe");
	for (int i = 0; i < SELECTED; i++) {
		fds[i] = dup(ends[0]);
		if (fds[i] < 0)
			fail("dup");
	}
	timing_start();
	for (unsigned i = 0; i < count; i++) {
		FD_ZERO(&set);
		for (int k = 0; k < SELECTED; k++)
			FD_SET(fds[k], &set);
		if (select(fds[SELECTED - 1] + 1, &set, NULL, NULL, &none) != 0)
			fail("select");
	}
	timing_stop();
	for (int i = 0; i < SELECTED; i++)
		close(fds[i]);
	close(ends[0]);
	close(ends[1]);
	return count;
}
