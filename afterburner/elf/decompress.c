/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decompress.c - names a compressed file's format by its first bytes, and calls the decoder.
 *
 * Invariant: memory grows with the bytes that the stream yields, not with a size in its header.
 */
#include "elf/decompress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What Linux compresses kernels with (init/Kconfig, KERNEL_*); without decoder: named, not read. */
static const struct method {
	const char *name;
	unsigned char size;
	unsigned char magic[6];
	enum ab_decoded (*decode)(struct ab_bytes in, struct ab_growing *plain);
} methods[] = {
	{"gzip", 2, {0x1f, 0x8b}, ab_decode_gzip},
	{"xz", 6, {0xfd, '7', 'z', 'X', 'Z', 0}, ab_decode_xz},
	{"zstd", 4, {0x28, 0xb5, 0x2f, 0xfd}, ab_decode_zstd},
	{"lz4", 4, {0x02, 0x21, 0x4c, 0x18}, ab_decode_lz4},
	{"lzma", 3, {0x5d, 0, 0}, NULL},
	{"bzip2", 3, {'B', 'Z', 'h'}, NULL},
	{"lzo", 4, {0x89, 'L', 'Z', 'O'}, NULL},
};

static const struct method *find_method(struct ab_bytes data)
{
	for (unsigned int i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (data.size >= methods[i].size &&
		    memcmp(data.data, methods[i].magic, methods[i].size) == 0)
			return &methods[i];
	return NULL;
}

bool ab_is_compressed(struct ab_bytes data)
{
	return find_method(data);
}

static int explain(enum ab_decoded decoded, const char *name, uint64_t limit,
		   struct ab_error *error)
{
	if (decoded == AB_TOO_LARGE)
		return ab_fail(error, "more than %" PRIu64 " bytes when decompressed", limit);
	if (decoded == AB_NOT_STARTED)
		return ab_fail(error, "the library for %s does not start, or needs too much memory",
			       name);
	return ab_fail(error, "the compressed data (%s) is damaged or cut short", name);
}

int ab_decompress(struct ab_bytes in, uint64_t limit, struct ab_bytes *out, struct ab_error *error)
{
	const struct method *method = find_method(in);
	struct ab_growing plain = {.limit = limit};
	enum ab_decoded decoded;

	if (!method)
		return ab_fail(error, "the kernel in it is not in a known compressed form");
	if (!method->decode)
		return ab_fail(error,
			       "compressed with %s, which afterburn does not read (build with "
			       "CONFIG_KERNEL_GZIP, _XZ, _ZSTD or _LZ4, or give the vmlinux)",
			       method->name);
	decoded = method->decode(in, &plain);
	if (decoded != AB_DECODED) {
		free(plain.data);
		return explain(decoded, method->name, limit, error);
	}
	out->data = plain.data;
	out->size = plain.used;
	return 0;
}
