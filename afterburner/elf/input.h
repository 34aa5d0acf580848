/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.h - every ELF file that a path holds: the file itself, the members of an archive, the
 * kernel inside a bzImage, what is in a compressed file.
 *
 * Invariant: the bytes are a private copy, so they cannot change after they were checked.
 */
#ifndef AFTERBURNER_ELF_INPUT_H
#define AFTERBURNER_ELF_INPUT_H

#include "elf/bytes.h"

/**
 * ab_visit - called for each ELF file found
 * @name:    "vmlinux", "built-in.a(fork.o)", "bzImage(unpacked)"
 * @file:    its bytes, valid during the call
 * @context: the caller's
 *
 * Returns 0 to go on; anything else ends the walk.
 */
typedef int ab_visit(const char *name, struct ab_bytes file, void *context);

/**
 * ab_input_each - open `path` and visit every ELF file in it
 *
 * Archives: System V, with GNU's long names, and thin ones. Returns what the visitor returned, or
 * -1 with *error set (a sentence that does not name the path).
 */
int ab_input_each(const char *path, ab_visit *visit, void *context, struct ab_error *error);

/**
 * ab_input_read - a whole file
 * @bytes: receives it; free() bytes->data
 *
 * Returns 0, or -1 with *error set.
 */
int ab_input_read(const char *path, struct ab_bytes *bytes, struct ab_error *error);

/* Parts of ab_input_each() that have files of their own. */
bool ab_is_archive(struct ab_bytes file);
int ab_archive_each(const char *path, struct ab_bytes file, int depth, ab_visit *visit,
		    void *context, struct ab_error *error);
int ab_input_any(const char *name, const char *path, struct ab_bytes file, int depth,
		 ab_visit *visit, void *context, struct ab_error *error);
#endif
