/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * growing.h - bytes whose number is not known before the last of them is there.
 *
 * Invariant: never more bytes than the limit.
 */
#ifndef AFTERBURNER_ELF_GROWING_H
#define AFTERBURNER_ELF_GROWING_H

#include "elf/bytes.h"

struct ab_growing {
	unsigned char *data; /* free() it */
	uint64_t used, room, limit;
};

/**
 * ab_growing_reserve - make room for `wanted` bytes behind those that are used
 *
 * Returns how many bytes there is room for: at least `wanted`, or fewer at the limit. Ends the
 * program when there is no memory.
 */
uint64_t ab_growing_reserve(struct ab_growing *bytes, uint64_t wanted);

#endif
