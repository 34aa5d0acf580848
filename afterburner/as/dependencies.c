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

	if (!input_read(&in, path))
		die("cannot read %s: %s", path, strerror(errno));
	while (in.size > 0 && in.data[in.size - 1] == '\n')
		in.size--;
	buffer_bytes(&out, in.data, in.size);
	/* gas lists what it opened last first. */
	for (unsigned int i = count; i-- > 0;)
		if (!strstr(sources[i].name, "{standard input}"))
			put_name(&out, sources[i].name);
	buffer_text(&out, "\n");
	write_file(path, &out);
	buffer_free(&out);
	free(in.data);
}
