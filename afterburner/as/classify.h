/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * classify.h - is this instruction statement a site, and of which instruction?
 *
 * Invariant: the answer depends on the statement's text and on what is in struct code, not on
 * anything around it.
 */
#ifndef AS_CLASSIFY_H
#define AS_CLASSIFY_H

#include "operands.h"
#include "text.h"

#include <afterburn/insn.h>

/* How the statement is to be read. */
struct code {
	enum afterburn_code_mode mode;
	struct syntax syntax;
	unsigned int classes; /* bit n: OPTIONAL instructions of enum afterburn_class n, too */
};

enum { NO_SITE = -1 };

/*
 * The instruction (enum afterburn_insn_id), or NO_SITE. AFTERBURN_INSN_DECODE if it is sensitive
 * but macro arguments hide which one it is.
 * @word: the mnemonic
 * @operands: what follows it
 */
int classify(struct span word, struct span operands, const struct code *code);

/* Does the instruction hold interrupts off for the next one (SDM: STI, MOV and POP to SS)? */
bool casts_shadow(enum afterburn_insn_id id);

#endif
