/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wedge_files.c - see wedge_files.h.
 *
 * Invariant: no platform's name leads out of the folder of wedges.
 */
#include "wedge_files.h"
#include "command.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "lib/afterburner"
#define PREFIX "wedge-"

static const char *suffix(unsigned int width)
{
	return width == 64 ? "-x86_64.elf" : "-i386.elf";
}

static struct wedge_file *next_file(struct wedge_files *files, struct ab_error *error)
{
	if (files->count == MAX_WEDGES) {
		ab_fail(error, "more than %d wedges", MAX_WEDGES);
		return NULL;
	}
	files->list[files->count] = (struct wedge_file){.platform = ""};
	return &files->list[files->count];
}

int wedge_files_add(struct wedge_files *files, const char *path, struct ab_error *error)
{
	struct wedge_file *file = next_file(files, error);

	if (!file)
		return -1;
	if (strlen(path) >= sizeof(file->path))
		return ab_fail(error, "the name of a wedge's file is too long");
	memcpy(file->path, path, strlen(path) + 1);
	files->count++;
	return 0;
}

static int add_platform(struct wedge_files *files, const char *name, size_t length,
			unsigned int width, struct ab_error *error)
{
	struct wedge_file *file = next_file(files, error);
	char relative[128];

	if (!file)
		return -1;
	if (length == 0 || length >= sizeof(file->platform) || memchr(name, '/', length))
		return ab_fail(error, "'%.*s' is no name of a platform", (int)length, name);
	memcpy(file->platform, name, length);
	snprintf(relative, sizeof(relative), FOLDER "/" PREFIX "%s%s", file->platform,
		 suffix(width));
	if (tool_path(file->path, sizeof(file->path), relative) < 0)
		return ab_fail(error, "cannot find out where afterburn is installed");
	files->count++;
	return 0;
}

int wedge_files_by_name(struct wedge_files *files, const char *list, unsigned int width,
			struct ab_error *error)
{
	for (size_t length;; list += length + 1) {
		length = strcspn(list, ",");
		if (add_platform(files, list, length, width, error) < 0)
			return -1;
		if (!list[length])
			return 0;
	}
}

/* The platform in the name of a wedge's file: its length, or 0 if the file is none. */
static size_t platform_in(const char *name, unsigned int width)
{
	size_t length = strlen(name), before = strlen(PREFIX), behind = strlen(suffix(width));

	if (length <= before + behind || strncmp(name, PREFIX, before) != 0 ||
	    strcmp(name + length - behind, suffix(width)) != 0)
		return 0;
	return length - before - behind;
}

static int by_platform(const void *left, const void *right)
{
	const struct wedge_file *a = left, *b = right;

	return strcmp(a->platform, b->platform);
}

static int add_entries(struct wedge_files *files, DIR *folder, unsigned int width,
		       struct ab_error *error)
{
	const struct dirent *entry;

	while ((entry = readdir(folder))) {
		size_t length = platform_in(entry->d_name, width);

		if (length &&
		    add_platform(files, entry->d_name + strlen(PREFIX), length, width, error) < 0)
			return -1;
	}
	return 0;
}

int wedge_files_all(struct wedge_files *files, unsigned int width, struct ab_error *error)
{
	char path[PATH_MAX];
	DIR *folder;
	int result;

	if (tool_path(path, sizeof(path), FOLDER) < 0)
		return ab_fail(error, "cannot find out where afterburn is installed");
	folder = opendir(path);
	if (!folder)
		return ab_fail(error, "'%s' cannot be read: %s", path, strerror(errno));
	result = add_entries(files, folder, width, error);
	closedir(folder);
	if (result < 0)
		return -1;
	if (files->count == 0)
		return ab_fail(error, "no wedge for %u-bit kernels is installed in '%s'", width,
			       path);
	qsort(files->list, files->count, sizeof(files->list[0]), by_platform);
	return 0;
}
