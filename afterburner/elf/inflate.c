/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inflate.c - zlib behind one function, and compressed ELF sections.
 *
 * Invariant: memory grows with what the stream really yields, not with what a header claims.
 */
#include "elf/inflate.h"
#include "elf/image.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <zlib.h>

/* 32 on top of the largest window: zlib finds out itself whether it is zlib or gzip. */
#define ANY_HEADER (32 + MAX_WBITS)

static void feed(z_stream *z, struct ab_bytes in, uint64_t *fed)
{
	uint64_t rest = in.size - *fed;

	if (z->avail_in != 0)
		return;
	z->avail_in = rest > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)rest;
	z->next_in = (Bytef *)(uintptr_t)(in.data + *fed);
	*fed += z->avail_in;
}

int ab_inflate(struct ab_bytes in, uint64_t limit, struct ab_bytes *out, struct ab_error *error)
{
	z_stream z = {0};
	unsigned char *data = NULL;
	uint64_t room = 0, used = 0, fed = 0;
	int status = Z_OK;

	if (inflateInit2(&z, ANY_HEADER) != Z_OK)
		return ab_fail(error, "zlib does not start");
	while (status == Z_OK) {
		uInt before;

		if (used >= limit) {
			status = Z_MEM_ERROR;
			break;
		}
		if (used == room) {
			room = room ? room * 2 : UINT64_C(1) << 20;
			if (room > limit)
				room = limit;
			data = reallocarray(data, room, 1);
			if (!data)
				ab_out_of_memory();
		}
		feed(&z, in, &fed);
		before = room - used > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)(room - used);
		z.next_out = data + used;
		z.avail_out = before;
		status = inflate(&z, Z_NO_FLUSH);
		used += before - z.avail_out;
	}
	inflateEnd(&z);
	if (status != Z_STREAM_END) {
		free(data);
		if (status == Z_MEM_ERROR)
			return ab_fail(error, "more than %" PRIu64 " bytes when decompressed",
				       limit);
		return ab_fail(error, "the compressed data is damaged or cut short");
	}
	out->data = data;
	out->size = used;
	return 0;
}

int ab_image_uncompress(const struct ab_image *image, struct ab_section *section,
			struct ab_error *error)
{
	uint64_t header = image->width == 64 ? sizeof(Elf64_Chdr) : sizeof(Elf32_Chdr);
	struct ab_bytes in, out;
	struct ab_error reason;
	uint64_t type, size;

	if (!ab_slice(section->data, header, section->data.size - header, &in))
		return ab_fail(error, "section '%s' ends inside its compression header",
			       section->name);
	type = ab_get(section->data.data, 4);
	size = image->width == 64 ? ab_get(section->data.data + 8, 8)
				  : ab_get(section->data.data + 4, 4);
	if (type != ELFCOMPRESS_ZLIB)
		return ab_fail(error,
			       "section '%s' is compressed with method %" PRIu64
			       "; only zlib can be read (objcopy --decompress-debug-sections)",
			       section->name, type);
	if (size > AB_INFLATE_LIMIT || ab_inflate(in, AB_INFLATE_LIMIT, &out, &reason) < 0)
		return ab_fail(error, "section '%s': %s", section->name,
			       size > AB_INFLATE_LIMIT ? "too large when decompressed"
						       : reason.text);
	section->owned = (void *)(uintptr_t)out.data;
	section->data = out;
	if (out.size != size)
		return ab_fail(error, "section '%s' decompresses to a wrong size", section->name);
	section->size = size;
	return 0;
}
