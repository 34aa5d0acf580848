/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bzimage.c - finds the compressed kernel in a Linux bzImage (Documentation/x86/boot.rst, the real
 * mode kernel header).
 *
 * Invariant: header fields are trusted only after ab_slice().
 */
#include "elf/input.h"

#include <string.h>

#define SETUP_SECTS    0x1f1 /* 512-byte sectors of setup code behind the first; 0 means 4 */
#define MAGIC	       0x202 /* "HdrS" */
#define PROTOCOL       0x206
#define PAYLOAD_OFFSET 0x248 /* counts from the protected-mode part; since protocol 2.08 */
#define PAYLOAD_LENGTH 0x24c
#define HEADER_END     0x250

bool ab_is_bzimage(struct ab_bytes file)
{
	return file.size >= HEADER_END && memcmp(file.data + MAGIC, "HdrS", 4) == 0;
}

int ab_bzimage_payload(struct ab_bytes file, struct ab_bytes *payload, struct ab_error *error)
{
	uint64_t sectors = file.data[SETUP_SECTS] ? file.data[SETUP_SECTS] : 4;
	uint64_t start = (sectors + 1) * 512;

	if (ab_get(file.data + PROTOCOL, 2) < 0x208)
		return ab_fail(error, "a bzImage older than boot protocol 2.08");
	if (!ab_slice(file, start + ab_get(file.data + PAYLOAD_OFFSET, 4),
		      ab_get(file.data + PAYLOAD_LENGTH, 4), payload))
		return ab_fail(error,
			       "the bzImage is cut short: its payload lies outside the file");
	return 0;
}

const char *ab_compression(struct ab_bytes data)
{
	static const struct {
		const char *name;
		unsigned char size;
		unsigned char magic[6];
	} known[] = {
		{"gzip", 2, {0x1f, 0x8b}},
		{"xz", 6, {0xfd, '7', 'z', 'X', 'Z', 0}},
		{"zstd", 4, {0x28, 0xb5, 0x2f, 0xfd}},
		{"lz4", 4, {0x02, 0x21, 0x4c, 0x18}},
		{"lzma", 3, {0x5d, 0, 0}},
		{"bzip2", 3, {'B', 'Z', 'h'}},
		{"lzo", 4, {0x89, 'L', 'Z', 'O'}},
	};

	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (data.size >= known[i].size &&
		    memcmp(data.data, known[i].magic, known[i].size) == 0)
			return known[i].name;
	return NULL;
}
