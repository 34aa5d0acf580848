/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compress.c - zlib's deflate behind four functions.
 *
 * Invariant: zlib always gets room, so it never refuses a step.
 */
#include "compress.h"
#include "elf/growing.h"

#include <stdlib.h>
#include <zlib.h>

/* The largest window, plus 16: gzip's header and check sum. */
#define GZIP_HEADER (16 + MAX_WBITS)

/* Of zlib's memory, as deflateInit2() counts it: the default. */
#define MEMORY_LEVEL 8

/* Input and output go to zlib in pieces: its counts have 32 bits. */
#define PIECE (UINT64_C(1) << 20)

struct compressor {
	z_stream z;
	struct ab_growing stream;
};

struct compressor *compressor_new(struct ab_error *error)
{
	struct compressor *c = ab_alloc(1, sizeof(*c));

	c->stream.limit = UINT64_MAX;
	if (deflateInit2(&c->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_HEADER, MEMORY_LEVEL,
			 Z_DEFAULT_STRATEGY) == Z_OK)
		return c;
	free(c);
	ab_fail(error, "zlib does not start");
	return NULL;
}

void compressor_free(struct compressor *c)
{
	if (!c)
		return;
	deflateEnd(&c->z);
	free(c->stream.data);
	free(c);
}

/* Lets zlib go on until it has nothing more to say. */
static void run(struct compressor *c, int flush)
{
	do {
		ab_growing_reserve(&c->stream, PIECE);
		c->z.next_out = c->stream.data + c->stream.used;
		c->z.avail_out = PIECE;
		deflate(&c->z, flush);
		c->stream.used += PIECE - c->z.avail_out;
	} while (c->z.avail_out == 0);
}

void compressor_add(struct compressor *c, struct ab_bytes bytes)
{
	struct ab_bytes piece;

	for (uint64_t at = 0; at < bytes.size; at += piece.size) {
		uint64_t rest = bytes.size - at;

		ab_slice(bytes, at, rest < PIECE ? rest : PIECE, &piece);
		c->z.next_in = (Bytef *)(uintptr_t)piece.data;
		c->z.avail_in = (uInt)piece.size;
		run(c, Z_NO_FLUSH);
	}
}

struct ab_bytes compressor_end(struct compressor *c)
{
	run(c, Z_FINISH);
	return (struct ab_bytes){c->stream.data, c->stream.used};
}
