/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode_gzip.c - zlib behind one function (RFC 1952).
 *
 * Invariant: zlib's counts have 32 bits; no piece that it gets is larger.
 */
#include "elf/decompress.h"

#include <zlib.h>

/* The largest window, plus 16: gzip's header and check sum. */
#define GZIP_HEADER (16 + MAX_WBITS)

#define PIECE (UINT32_MAX / 2)

static void feed(z_stream *z, struct ab_bytes in, uint64_t *fed)
{
	uint64_t rest = in.size - *fed;

	if (z->avail_in != 0)
		return;
	z->avail_in = rest > PIECE ? PIECE : (uInt)rest;
	z->next_in = (Bytef *)(uintptr_t)(in.data + *fed);
	*fed += z->avail_in;
}

static int step(z_stream *z, struct ab_growing *plain, uint64_t room)
{
	uInt before = room > PIECE ? PIECE : (uInt)room;
	int status;

	z->next_out = plain->data + plain->used;
	z->avail_out = before;
	status = inflate(z, Z_NO_FLUSH);
	plain->used += before - z->avail_out;
	return status;
}

enum ab_decoded ab_decode_gzip(struct ab_bytes in, struct ab_growing *plain)
{
	z_stream z = {0};
	uint64_t fed = 0, room = 1;
	int status = Z_OK;

	if (inflateInit2(&z, GZIP_HEADER) != Z_OK)
		return AB_NOT_STARTED;
	while (status == Z_OK && room) {
		room = ab_growing_reserve(plain, 1);
		feed(&z, in, &fed);
		if (room)
			status = step(&z, plain, room);
	}
	inflateEnd(&z);
	if (status == Z_STREAM_END)
		return AB_DECODED;
	return room ? AB_DAMAGED : AB_TOO_LARGE;
}
