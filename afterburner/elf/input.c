/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.c - reads files and detects their format.
 *
 * Invariant: recursion (archive in archive, kernel in gzip) is bounded by MAX_DEPTH.
 */
#include "elf/input.h"
#include "elf/inflate.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 4
#define MAX_FILE  (UINT64_C(1) << 32)

static int read_all(int fd, struct ab_bytes *bytes, struct ab_error *error)
{
	unsigned char *data = NULL;
	uint64_t used = 0, room = 0;
	struct stat status;

	if (fstat(fd, &status) < 0)
		return ab_fail(error, "%s", strerror(errno));
	if (S_ISDIR(status.st_mode))
		return ab_fail(error, "is a directory");
	/* One byte more than the size: the last read, which finds the end, then needs no growth. */
	room = S_ISREG(status.st_mode) ? (uint64_t)status.st_size + 1 : 1 << 16;
	if (room > MAX_FILE)
		return ab_fail(error, "larger than %" PRIu64 " bytes", MAX_FILE);
	data = ab_alloc(room, 1);
	for (;;) {
		ssize_t got;

		data = ab_grow(data, used, &room, 1);
		got = read(fd, data + used, room - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || (used += (uint64_t)got) > MAX_FILE) {
			bytes->data = data;
			bytes->size = used;
			if (got == 0)
				return 0;
			free(data);
			return got < 0 ? ab_fail(error, "%s", strerror(errno))
				       : ab_fail(error, "larger than %" PRIu64 " bytes", MAX_FILE);
		}
	}
}

int ab_input_read(const char *path, struct ab_bytes *bytes, struct ab_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return ab_fail(error, "%s", strerror(errno));
	result = read_all(fd, bytes, error);
	close(fd);
	return result;
}

static int visit_compressed(const char *name, const char *path, struct ab_bytes data, int depth,
			    ab_visit *visit, void *context, struct ab_error *error)
{
	const char *method = ab_compression(data);
	struct ab_bytes plain;
	char inner[4096];
	int result;

	if (!method)
		return ab_fail(error, "the kernel in it is not in a known compressed form");
	if (strcmp(method, "gzip") != 0)
		return ab_fail(error,
			       "compressed with %s; only gzip can be read (build with "
			       "CONFIG_KERNEL_GZIP, or give the vmlinux)",
			       method);
	if (ab_inflate(data, AB_INFLATE_LIMIT, &plain, error) < 0)
		return -1;
	snprintf(inner, sizeof(inner), "%s(gunzip)", name);
	result = ab_input_any(inner, path, plain, depth + 1, visit, context, error);
	free((void *)(uintptr_t)plain.data);
	return result;
}

int ab_input_any(const char *name, const char *path, struct ab_bytes file, int depth,
		 ab_visit *visit, void *context, struct ab_error *error)
{
	struct ab_bytes payload;

	if (depth > MAX_DEPTH)
		return ab_fail(error, "files inside files more than %d deep", MAX_DEPTH);
	if (file.size >= 4 && memcmp(file.data, "\177ELF", 4) == 0)
		return visit(name, file, context);
	if (ab_is_archive(file))
		return ab_archive_each(path, file, depth, visit, context, error);
	if (ab_is_bzimage(file)) {
		if (ab_bzimage_payload(file, &payload, error) < 0)
			return -1;
		return visit_compressed(name, path, payload, depth, visit, context, error);
	}
	if (ab_compression(file))
		return visit_compressed(name, path, file, depth, visit, context, error);
	return ab_fail(error, file.size ? "not an ELF file, an archive, a bzImage or a gzip file"
					: "is empty");
}

int ab_input_each(const char *path, ab_visit *visit, void *context, struct ab_error *error)
{
	struct ab_bytes file;
	int result;

	if (ab_input_read(path, &file, error) < 0)
		return -1;
	result = ab_input_any(path, path, file, 0, visit, context, error);
	free((void *)(uintptr_t)file.data);
	return result;
}
