/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inflate.c - zlib behind one function.
 *
 * Invariant: memory grows with the bytes that the stream yields, not with the size in a header.
 */
#include "elf/inflate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <zlib.h>

/* The largest window, plus 32: zlib itself detects the format, zlib or gzip. */
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
