/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output.c - writes a temporary file beside the result, then renames it.
 *
 * Invariant: the temporary file is gone after output_commit() or output_abandon(), and after a
 * signal that ends the program.
 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The temporary file that the signal handler removes; there is one output at a time. */
static char *volatile pending;

static void remove_pending(int number)
{
	char *path = pending;

	if (path)
		unlink(path);
	signal(number, SIG_DFL);
	raise(number);
}

static void catch_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	struct sigaction action = {.sa_handler = remove_pending};

	for (unsigned int i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct sigaction old;

		if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(ends[i], &action, NULL);
	}
}

int output_open(struct output *out, const char *path, unsigned int mode, struct ab_error *error)
{
	struct stat status;
	mode_t mask = umask(0);

	umask(mask);
	*out = (struct output){.path = path, .fd = -1};
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		out->fd = open(path, O_WRONLY | O_CLOEXEC);
		return out->fd < 0 ? ab_fail(error, "cannot write: %s", strerror(errno)) : 0;
	}
	if (snprintf(out->temporary, sizeof(out->temporary), "%s.XXXXXX", path) >=
	    (int)sizeof(out->temporary)) {
		out->temporary[0] = '\0';
		return ab_fail(error, "cannot write: %s", strerror(ENAMETOOLONG));
	}
	catch_signals();
	out->fd = mkostemp(out->temporary, O_CLOEXEC);
	if (out->fd < 0) {
		out->temporary[0] = '\0';
		return ab_fail(error, "cannot write: %s", strerror(errno));
	}
	pending = out->temporary;
	if (fchmod(out->fd, mode & 0777 & ~mask) < 0)
		return ab_fail(error, "cannot set its mode: %s", strerror(errno));
	return 0;
}

int output_write(struct output *out, struct ab_bytes bytes, struct ab_error *error)
{
	if (out->compressor) {
		compressor_add(out->compressor, bytes);
		out->written += bytes.size;
		return 0;
	}
	for (uint64_t at = 0; at < bytes.size;) {
		ssize_t done = write(out->fd, bytes.data + at, bytes.size - at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return ab_fail(error, "cannot write: %s", strerror(errno));
		at += (uint64_t)done;
	}
	out->written += bytes.size;
	return 0;
}

int output_align(struct output *out, uint64_t alignment, struct ab_error *error)
{
	static const unsigned char zeros[4096];

	while (out->written % alignment) {
		uint64_t count = alignment - out->written % alignment;
		struct ab_bytes some = {zeros, count < sizeof(zeros) ? count : sizeof(zeros)};

		if (output_write(out, some, error) < 0)
			return -1;
	}
	return 0;
}

int output_commit(struct output *out, struct ab_error *error)
{
	int fd = out->fd;

	out->fd = -1;
	if (close(fd) < 0)
		return ab_fail(error, "cannot write: %s", strerror(errno));
	if (out->temporary[0] && rename(out->temporary, out->path) < 0)
		return ab_fail(error, "cannot be replaced: %s", strerror(errno));
	out->temporary[0] = '\0';
	pending = NULL;
	return 0;
}

void output_abandon(struct output *out)
{
	if (out->fd >= 0)
		close(out->fd);
	if (out->temporary[0])
		unlink(out->temporary);
	out->fd = -1;
	out->temporary[0] = '\0';
	pending = NULL;
}
