/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inflate.h - compressed bytes to plain ones.
 *
 * Invariant: output never grows beyond the limit that the caller names.
 */
#ifndef AFTERBURNER_ELF_INFLATE_H
#define AFTERBURNER_ELF_INFLATE_H

#include "elf/bytes.h"

/* No kernel is larger; a file that claims to be is a decompression bomb. */
#define AB_INFLATE_LIMIT (UINT64_C(1) << 30)

/**
 * ab_inflate - decompress one zlib or gzip stream (RFC 1950, 1952); bytes behind it are ignored
 * @in:    the stream
 * @limit: largest acceptable result in bytes
 * @out:   receives the result; free() out->data
 *
 * Returns 0, or -1 with *error set.
 */
int ab_inflate(struct ab_bytes in, uint64_t limit, struct ab_bytes *out, struct ab_error *error);

#endif
