/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dependencies.c - put the inputs back into the file that --MD asks for.
 *
 * Invariant: names are escaped for make: blanks, # and $.
 */
#include "dependencies.h"

#include "diag.h"
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put_name(struct buffer *out, const char *name)
{
	buffer_text(out, " ");
	for (; *name; name++) {
		if (*name == '$')
			buffer_text(out, "$");
		else if (is_blank(*name) || *name == '#')
			buffer_text(out, "\\");
		buffer_bytes(out, name, 1);
	}
}

/* The colon behind the target: the first one that ends a word. */
static const char *find_colon(const struct input *in)
{
	const char *end = in->data + in->size;

	for (const char *p = in->data; p < end; p++)
		if (*p == ':' && (is_blank(p[1]) || p[1] == '\n'))
			return p;
	return NULL;
}

static void write_file(const char *path, const struct buffer *out)
{
	char temporary[4096];
	int fd;

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		die("%s: name too long", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, out->data, out->size) != (ssize_t)out->size || close(fd) != 0 ||
	    rename(temporary, path) != 0) {
		int saved = errno;

		unlink(temporary);
		die("cannot write %s: %s", path, strerror(saved));
	}
}

void dependencies_complete(const char *path, const struct source *sources, unsigned int count)
{
	struct buffer out = {0};
	struct input in;
	const char *colon;

	if (!input_read(&in, path))
		die("cannot read %s: %s", path, strerror(errno));
	colon = find_colon(&in);
	if (colon) {
		buffer_bytes(&out, in.data, (size_t)(colon + 1 - in.data));
		for (unsigned int i = 0; i < count; i++)
			if (strcmp(sources[i].name, "{standard input}") != 0)
				put_name(&out, sources[i].name);
		buffer_bytes(&out, colon + 1, (size_t)(in.data + in.size - colon - 1));
		write_file(path, &out);
	}
	buffer_free(&out);
	free(in.data);
}
