/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.h - read a file whole.
 *
 * Invariant: one newline stands behind the text, outside its size.
 */
#ifndef AS_INPUT_H
#define AS_INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct input {
	char *data;
	size_t size; /* bytes */
};

/* Read the file; "-" is standard input. Returns false, with errno, if that fails. */
bool input_read(struct input *in, const char *path);

/* The same for a regular file; any other is refused. */
bool input_read_regular(struct input *in, const char *path);

#endif
