/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decompress.h - compressed bytes to plain ones: gzip, xz, zstd and lz4, by the libraries of these
 * formats.
 *
 * Invariant: output never grows beyond the limit that the caller names.
 */
#ifndef AFTERBURNER_ELF_DECOMPRESS_H
#define AFTERBURNER_ELF_DECOMPRESS_H

#include "elf/growing.h"

/* No kernel is larger; a file that claims to be is a decompression bomb. */
#define AB_PLAIN_LIMIT (UINT64_C(1) << 30)

/* Does `data` begin like a compressed file, of a format that is read or of another one? */
bool ab_is_compressed(struct ab_bytes data);

/**
 * ab_decompress - decompress one stream, whose format its first bytes name; ignore bytes behind it
 * @in:    the stream
 * @limit: largest acceptable result in bytes
 * @out:   receives the result; free() out->data
 *
 * lz4 is the legacy format that Linux uses. It has no end mark: a last word of four bytes counts as
 * behind it.
 *
 * Returns 0, or -1 with *error set.
 */
int ab_decompress(struct ab_bytes in, uint64_t limit, struct ab_bytes *out, struct ab_error *error);

enum ab_decoded {
	AB_DECODED,
	AB_DAMAGED,	/* or cut short */
	AB_TOO_LARGE,	/* more than the limit */
	AB_NOT_STARTED, /* the library refused, for want of memory */
};

/* The decoders: each appends what the stream holds. */
enum ab_decoded ab_decode_gzip(struct ab_bytes in, struct ab_growing *plain);
enum ab_decoded ab_decode_lz4(struct ab_bytes in, struct ab_growing *plain);
enum ab_decoded ab_decode_xz(struct ab_bytes in, struct ab_growing *plain);
enum ab_decoded ab_decode_zstd(struct ab_bytes in, struct ab_growing *plain);

#endif
