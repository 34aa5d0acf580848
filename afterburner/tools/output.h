/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output.h - a result file that appears complete or not at all.
 *
 * Invariant: a regular file at the path is replaced only when every byte has reached the disk.
 */
#ifndef AFTERBURNER_TOOLS_OUTPUT_H
#define AFTERBURNER_TOOLS_OUTPUT_H

#include "compress.h"

struct output {
	const char *path;
	char temporary[4096]; /* empty when writing straight to a device */
	int fd;
	struct compressor *compressor; /* or NULL; gets what is written instead of a file */
	uint64_t written;	       /* bytes */
};

/**
 * output_open - begin to write `path`
 * @mode: permission bits of the finished file, before the umask
 *
 * Writes a temporary file beside the path, which output_commit() renames. If the path is no regular
 * file (a device, a pipe), writes to it directly. Returns 0, or -1 with *error set.
 */
int output_open(struct output *out, const char *path, unsigned int mode, struct ab_error *error);
int output_write(struct output *out, struct ab_bytes bytes, struct ab_error *error);

/* Writes zeros up to the next multiple of `alignment`. */
int output_align(struct output *out, uint64_t alignment, struct ab_error *error);

/* Makes the file appear. On failure nothing is left behind. */
int output_commit(struct output *out, struct ab_error *error);

/* Discards what was written. May be called after a failure of any function above. */
void output_abandon(struct output *out);

#endif
