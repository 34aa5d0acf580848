/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * archive.c - members of an `ar` archive: System V layout, GNU long names ("/123" into the member
 * "//"), BSD long names ("#1/len"), and GNU thin archives, whose members are files beside it.
 *
 * Invariant: the position strictly grows, so the walk of every archive ends.
 */
#include "elf/input.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER	  60
#define NAME_SIZE 16

struct member {
	char name[PATH_MAX];
	uint64_t size;
	bool special; /* symbol or name table: its data is in the file even in a thin archive */
};

static bool is_thin(struct ab_bytes file)
{
	return file.size >= 8 && memcmp(file.data, "!<thin>\n", 8) == 0;
}

bool ab_is_archive(struct ab_bytes file)
{
	return is_thin(file) || (file.size >= 8 && memcmp(file.data, "!<arch>\n", 8) == 0);
}

/* Reads a decimal field, blank padded. Returns false if it is no number. */
static bool decimal(const unsigned char *field, unsigned int size, uint64_t *value)
{
	unsigned int i = 0;

	*value = 0;
	for (; i < size && field[i] >= '0' && field[i] <= '9'; i++)
		*value = *value * 10 + (field[i] - '0');
	for (unsigned int j = i; j < size; j++)
		if (field[j] != ' ')
			return false;
	return i > 0;
}

static bool copy_name(struct member *m, struct ab_bytes from, const char *end)
{
	uint64_t size = 0;

	while (size < from.size && !strchr(end, from.data[size]))
		size++;
	if (size >= sizeof(m->name))
		return false;
	memcpy(m->name, from.data, size);
	m->name[size] = '\0';
	/* GNU ar ends names with a slash, so names may hold blanks. */
	if (size > 1 && m->name[size - 1] == '/')
		m->name[size - 1] = '\0';
	return true;
}

/* Fills in *m from a header; *skip receives the bytes of a BSD name that precede the data. */
static bool read_member(struct ab_bytes header, struct ab_bytes names, struct ab_bytes rest,
			struct member *m, uint64_t *skip)
{
	struct ab_bytes field;
	uint64_t number;

	*skip = 0;
	if (header.data[58] != '`' || header.data[59] != '\n' ||
	    !decimal(header.data + 48, 10, &m->size))
		return false;
	ab_slice(header, 0, NAME_SIZE, &field);
	m->special = field.data[0] == '/' && (field.data[1] < '0' || field.data[1] > '9');
	if (field.data[0] == '/' && !m->special) {
		/* The field's last byte may be a slash that GNU ar has left there. */
		if (!decimal(field.data + 1, NAME_SIZE - 2, &number) || number >= names.size)
			return false;
		ab_slice(names, number, names.size - number, &field);
		return copy_name(m, field, "\n");
	}
	if (memcmp(field.data, "#1/", 3) == 0) {
		if (!decimal(field.data + 3, NAME_SIZE - 3, skip) ||
		    !ab_slice(rest, 0, *skip, &field) || *skip > m->size)
			return false;
		return copy_name(m, field, "");
	}
	return copy_name(m, field, " ");
}

static int visit_thin(const char *path, const struct member *m, const char *name, int depth,
		      ab_visit *visit, void *context, struct ab_error *error)
{
	const char *slash = strrchr(path, '/');
	int directory = m->name[0] != '/' && slash ? (int)(slash - path + 1) : 0;
	char file[2 * PATH_MAX];
	struct ab_bytes bytes;
	struct ab_error reason;
	int result;

	snprintf(file, sizeof(file), "%.*s%s", directory, path, m->name);
	if (ab_input_read(file, &bytes, &reason) < 0)
		return ab_fail(error, "member '%.300s' of the thin archive: %.120s", m->name,
			       reason.text);
	result = ab_input_any(name, file, bytes, depth + 1, visit, context, error);
	free((void *)(uintptr_t)bytes.data);
	return result;
}

/* False for members that hold no code (texts, tables): the walk skips them. */
static bool may_hold_code(struct ab_bytes data)
{
	return (data.size >= 4 && memcmp(data.data, "\177ELF", 4) == 0) || ab_is_archive(data);
}

int ab_archive_each(const char *path, struct ab_bytes file, int depth, ab_visit *visit,
		    void *context, struct ab_error *error)
{
	struct ab_bytes header, data, rest, names = {0};
	bool thin = is_thin(file);
	uint64_t at = 8, skip;
	struct member *m = ab_alloc(1, sizeof(*m));
	int result = 0;

	while (result == 0 && at < file.size) {
		char *name;

		if (!ab_slice(file, at, HEADER, &header) ||
		    !ab_slice(file, at + HEADER, file.size - at - HEADER, &rest) ||
		    !read_member(header, names, rest, m, &skip)) {
			result = ab_fail(error, "the archive is damaged at byte %" PRIu64, at);
			break;
		}
		at += HEADER;
		if (asprintf(&name, "%s(%s)", path, m->name) < 0)
			ab_out_of_memory();
		if (thin && !m->special) {
			result = visit_thin(path, m, name, depth, visit, context, error);
		} else if (!ab_slice(file, at + skip, m->size - skip, &data)) {
			result = ab_fail(error, "the archive is cut short in member '%.300s'",
					 m->name);
		} else {
			if (m->special && strcmp(m->name, "/") == 0 && header.data[1] == '/')
				names = data;
			else if (!m->special && may_hold_code(data))
				result = ab_input_any(name, path, data, depth + 1, visit, context,
						      error);
			at += m->size + (m->size & 1);
		}
		free(name);
	}
	free(m);
	return result;
}
