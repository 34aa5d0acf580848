/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_format.h - formats of images that QEMU knows. The format is what the user says, or else
 * what the file's name says, never what is in the file: a guest writes there, and could make a raw
 * image one that names any file of the host's as its other half.
 *
 * Invariant: nothing here opens a file.
 */
#ifndef LAUNCH_IMAGE_FORMAT_H
#define LAUNCH_IMAGE_FORMAT_H

#include <stddef.h>

enum { IMAGE_FORMAT_MAGIC = 68 };

/* QEMU's name of a format, if it is one of those that can be used, else NULL. */
const char *image_format_named(const char *name);

/* The same of a file by the end of its name; NULL: a raw one. */
const char *image_format_of_name(const char *path);

/* What a file seems to be that begins with these bytes; NULL: nothing that is known. */
const char *image_format_of_bytes(const char *bytes, size_t size);

/* All names, for a message. */
const char *image_format_all(void);

#endif
