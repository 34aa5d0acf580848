/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wedge_files.h - which wedges `afterburn pack` was asked for, and where they are.
 *
 * Invariant: a list is in the order in which it was asked for, or of the platforms' names, so that
 * the same request gives the same file.
 */
#ifndef AFTERBURNER_TOOLS_WEDGE_FILES_H
#define AFTERBURNER_TOOLS_WEDGE_FILES_H

#include "bundle.h"

#include <limits.h>

struct wedge_file {
	char platform[sizeof(((struct afterburn_wedge_header *)0)->platform)]; /* "": any */
	char path[PATH_MAX];
};

struct wedge_files {
	struct wedge_file list[MAX_WEDGES];
	unsigned int count;
};

/* Adds a file by its path. Returns 0, or -1 with *error set. */
int wedge_files_add(struct wedge_files *files, const char *path, struct ab_error *error);

/**
 * wedge_files_by_name - add installed wedges
 * @list:  platforms, with commas between them
 * @width: of the kernel, 32 or 64
 *
 * Whether the files exist shows when they are read. Returns 0, or -1 with *error set.
 */
int wedge_files_by_name(struct wedge_files *files, const char *list, unsigned int width,
			struct ab_error *error);

/**
 * wedge_files_all - add every wedge that is installed for kernels of this width
 *
 * Returns 0, or -1 with *error set; none at all is an error.
 */
int wedge_files_all(struct wedge_files *files, unsigned int width, struct ab_error *error);

#endif
