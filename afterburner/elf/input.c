/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.c - reads files and detects their format.
 *
 * Invariant: recursion (archive in archive, kernel in a compressed file) is bounded by MAX_DEPTH.
 */
#include "elf/bzimage.h"
#include "elf/decompress.h"
#include "elf/input.h"

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

/* Visits what was packed in `plain`, which it frees. */
static int visit_plain(const char *name, const char *path, struct ab_bytes plain, int depth,
		       ab_visit *visit, void *context, struct ab_error *error)
{
	char inner[4096];
	int result;

	snprintf(inner, sizeof(inner), "%s(unpacked)", name);
	result = ab_input_any(inner, path, plain, depth + 1, visit, context, error);
	free((void *)(uintptr_t)plain.data);
	return result;
}

static int unpack_bzimage(struct ab_bytes file, struct ab_bytes *kernel, struct ab_error *error)
{
	struct ab_bzimage bzimage;

	return ab_bzimage_open(&bzimage, file, error) < 0
		       ? -1
		       : ab_bzimage_kernel(&bzimage, kernel, error);
}

int ab_input_any(const char *name, const char *path, struct ab_bytes file, int depth,
		 ab_visit *visit, void *context, struct ab_error *error)
{
	struct ab_bytes plain;
	int unpacked;

	if (depth > MAX_DEPTH)
		return ab_fail(error, "files inside files more than %d deep", MAX_DEPTH);
	if (file.size >= 4 && memcmp(file.data, "\177ELF", 4) == 0)
		return visit(name, file, context);
	if (ab_is_archive(file))
		return ab_archive_each(path, file, depth, visit, context, error);
	if (ab_is_bzimage(file))
		unpacked = unpack_bzimage(file, &plain, error);
	else if (ab_is_compressed(file))
		unpacked = ab_decompress(file, AB_PLAIN_LIMIT, &plain, error);
	else
		return ab_fail(error, file.size ? "not an ELF file, an archive, a bzImage or a "
						  "compressed file"
						: "is empty");
	return unpacked < 0 ? -1 : visit_plain(name, path, plain, depth, visit, context, error);
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
