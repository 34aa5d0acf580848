/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode_xz.c - liblzma behind one function (The .xz File Format, version 1.1).
 *
 * Invariant: the dictionary, whose size the file names, has a limit too.
 */
#include "elf/decompress.h"

#include <lzma.h>

/* Linux uses up to 128 MiB (scripts/xz_wrap.sh); liblzma needs a little more than that. */
#define MEMORY_LIMIT (UINT64_C(256) << 20)

static lzma_ret step(lzma_stream *z, struct ab_growing *plain, uint64_t room)
{
	lzma_ret status;

	z->next_out = plain->data + plain->used;
	z->avail_out = room;
	status = lzma_code(z, LZMA_FINISH);
	plain->used += room - z->avail_out;
	return status;
}

enum ab_decoded ab_decode_xz(struct ab_bytes in, struct ab_growing *plain)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_ret status = LZMA_OK;
	uint64_t room = 1;

	if (lzma_stream_decoder(&z, MEMORY_LIMIT, 0) != LZMA_OK)
		return AB_NOT_STARTED;
	z.next_in = in.data;
	z.avail_in = in.size;
	while (status == LZMA_OK && room) {
		room = ab_growing_reserve(plain, 1);
		if (room)
			status = step(&z, plain, room);
	}
	lzma_end(&z);
	if (status == LZMA_STREAM_END)
		return AB_DECODED;
	if (status == LZMA_MEM_ERROR || status == LZMA_MEMLIMIT_ERROR)
		return AB_NOT_STARTED;
	return room ? AB_DAMAGED : AB_TOO_LARGE;
}
