/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.c - read a file whole.
 *
 * Invariant: works for pipes and devices, whose size is not known beforehand.
 */
#include "input.h"

#include "diag.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(struct input *in, int fd, size_t expected)
{
	size_t capacity = expected + 2;

	in->data = malloc(capacity);
	in->size = 0;
	if (!in->data)
		die("out of memory");
	for (;;) {
		ssize_t got = read(fd, in->data + in->size, capacity - 1 - in->size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		in->size += (size_t)got;
		if (in->size == capacity - 1) {
			capacity *= 2;
			in->data = realloc(in->data, capacity);
			if (!in->data)
				die("out of memory");
		}
	}
	in->data[in->size] = '\n';
	return true;
}

bool input_read(struct input *in, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	bool ok;

	if (fd < 0)
		return false;
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < 0)
		status.st_size = 65534;
	ok = read_all(in, fd, (size_t)status.st_size);
	if (!is_stdin) {
		int saved = errno;

		close(fd);
		errno = saved;
	}
	return ok;
}

bool input_read_regular(struct input *in, const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && input_read(in, path);
}
