/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode_lz4.c - the legacy format of lz4, with which Linux compresses kernels (`lz4 -l`;
 * lz4_Frame_format.md, "Legacy frame"): a magic number, then blocks, each behind its size. The
 * blocks themselves are liblz4's.
 *
 * Invariant: a block yields at most BLOCK bytes, whatever its size is.
 */
#include "elf/decompress.h"

#include <lz4.h>

#define MAGIC_BYTES 4
#define SIZE_BYTES  4
#define BLOCK	    (8 << 20)

/* One block; `room` bytes are free for it. */
static enum ab_decoded decode_block(struct ab_bytes block, struct ab_growing *plain, uint64_t room)
{
	int most = room > BLOCK ? BLOCK : (int)room, got;

	if (block.size > LZ4_COMPRESSBOUND(BLOCK))
		return AB_DAMAGED;
	got = LZ4_decompress_safe((const char *)block.data, (char *)plain->data + plain->used,
				  (int)block.size, most);
	if (got < 0)
		return most < BLOCK ? AB_TOO_LARGE : AB_DAMAGED;
	plain->used += (uint64_t)got;
	return AB_DECODED;
}

enum ab_decoded ab_decode_lz4(struct ab_bytes in, struct ab_growing *plain)
{
	uint64_t at = MAGIC_BYTES;

	/* Behind a kernel stands a word with its plain size, which could be a block's size too. */
	while (in.size - at > SIZE_BYTES) {
		uint64_t size = ab_get(in.data + at, SIZE_BYTES);
		uint64_t room = ab_growing_reserve(plain, BLOCK);
		enum ab_decoded decoded;
		struct ab_bytes block;

		if (!room)
			return AB_TOO_LARGE;
		if (!ab_slice(in, at + SIZE_BYTES, size, &block))
			return AB_DAMAGED;
		decoded = decode_block(block, plain, room);
		if (decoded != AB_DECODED)
			return decoded;
		at += SIZE_BYTES + size;
	}
	return in.size - at == 0 || in.size - at == SIZE_BYTES ? AB_DECODED : AB_DAMAGED;
}
