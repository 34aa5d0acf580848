/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode_zstd.c - libzstd behind one function (RFC 8878).
 *
 * Invariant: the window, whose size the file names, has the library's own limit: 128 MiB, which is
 * what Linux uses at most.
 */
#include "elf/decompress.h"

#include <zstd.h>

enum ab_decoded ab_decode_zstd(struct ab_bytes in, struct ab_growing *plain)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	ZSTD_inBuffer from = {in.data, in.size, 0};
	size_t left = 1; /* 0 at the end of the frame */
	uint64_t room = 1;
	bool stuck = false;

	if (!z)
		return AB_NOT_STARTED;
	while (left && !ZSTD_isError(left) && !stuck && room) {
		ZSTD_outBuffer to = {NULL, 0, 0};
		size_t before = from.pos;

		room = to.size = ab_growing_reserve(plain, 1);
		if (!room)
			break;
		to.dst = plain->data + plain->used;
		left = ZSTD_decompressStream(z, &to, &from);
		plain->used += to.pos;
		stuck = from.pos == before && to.pos == 0;
	}
	ZSTD_freeDStream(z);
	if (left == 0)
		return AB_DECODED;
	return room ? AB_DAMAGED : AB_TOO_LARGE;
}
