/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_format.c - see image_format.h.
 *
 * Invariant: raw is in no table.
 */
#include "image_format.h"

#include <string.h>
#include <strings.h>

#define NAMES "qcow2, qcow, qed, vmdk, vdi, vhdx, vpc or parallels"

static const struct format {
	const char *name, *suffix;
	const char *magic; /* NULL: none at the beginning */
	size_t at;
} formats[] = {
	{"qcow2", ".qcow2", "QFI\xfb", 0},
	{"qcow", ".qcow", NULL, 0}, /* the same magic */
	{"qed", ".qed", "QED", 0},
	{"vmdk", ".vmdk", "KDMV", 0},
	{"vdi", ".vdi", "\x7f\x10\xda\xbe", 64},
	{"vhdx", ".vhdx", "vhdxfile", 0},
	{"vpc", ".vhd", "conectix", 0},
	{"parallels", ".hdd", "WithoutFreeSpace", 0},
	{"parallels", ".hds", "WithouFreSpacExt", 0},
};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

const char *image_format_named(const char *name)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].name;
	return NULL;
}

const char *image_format_of_name(const char *path)
{
	size_t length = strlen(path);

	for (size_t i = 0; i < FORMATS; i++) {
		size_t end = strlen(formats[i].suffix);

		if (length > end && strcasecmp(path + length - end, formats[i].suffix) == 0)
			return formats[i].name;
	}
	return NULL;
}

const char *image_format_of_bytes(const char *bytes, size_t size)
{
	for (size_t i = 0; i < FORMATS; i++) {
		size_t length = formats[i].magic ? strlen(formats[i].magic) : size + 1;

		if (formats[i].at + length <= size &&
		    memcmp(bytes + formats[i].at, formats[i].magic, length) == 0)
			return formats[i].name;
	}
	return NULL;
}

const char *image_format_all(void)
{
	return NAMES;
}
