/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compress.h - plain bytes to one gzip stream in memory (RFC 1952).
 *
 * Invariant: the same bytes give the same stream; it holds no time and no name.
 */
#ifndef AFTERBURNER_TOOLS_COMPRESS_H
#define AFTERBURNER_TOOLS_COMPRESS_H

#include "elf/bytes.h"

struct compressor;

/* Returns NULL with *error set when zlib has no memory. Free with compressor_free(). */
struct compressor *compressor_new(struct ab_error *error);
void compressor_free(struct compressor *c); /* NULL is allowed */

/* Appends plain bytes. */
void compressor_add(struct compressor *c, struct ab_bytes bytes);

/* Ends the stream. Returns it, valid until compressor_free(). */
struct ab_bytes compressor_end(struct compressor *c);

#endif
