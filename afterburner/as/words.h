/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - from a mnemonic to the instructions of insns.def it may be.
 *
 * Invariant: every mnemonic known here comes from insns.def.
 */
#ifndef AS_WORDS_H
#define AS_WORDS_H

#include "text.h"

#include <afterburn/insn.h>

#define WORD_MAX_IDS 8

/* A spelling and the instructions that carry it, in insns.def's order. */
struct word {
	char text[12];
	unsigned char length;
	unsigned char count;
	unsigned char ids[WORD_MAX_IDS]; /* enum afterburn_insn_id */
};

/* Build the index. Call once, before anything else here. */
void words_init(void);

/* The spelling, in any case, or NULL if no sensitive instruction is spelled so. */
const struct word *words_find(struct span text);

/* Is it an instruction prefix (i386-Prefixes), which may stand as a statement of its own? */
bool words_is_prefix(struct span text);

#endif
