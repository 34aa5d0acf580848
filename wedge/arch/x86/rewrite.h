/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rewrite.h - the border between the rewriter, which decides what replaces a site, and each width's
 * encodings (encode.c).
 *
 * Invariant: a function that can refuse returns the reason, else NULL. What it writes fits into
 * every site of that instruction.
 */
#ifndef WEDGE_ARCH_REWRITE_H
#define WEDGE_ARCH_REWRITE_H

#include <wedge/gates.h>
#include <wedge/vcpu.h>

/* The code that replaces a site; `at` counts bytes from the site's start. */
struct code {
	uint64_t va;
	uint8_t *bytes;
	unsigned int at;
	unsigned int room;
	unsigned int branch_end; /* the byte behind the branch to a gate; 0: no branch */
	uint32_t slot;		 /* the site's, in the site table */
	bool pad_before;	 /* a label may stand AFTERBURN_PAD_LEN bytes behind the start */
};

enum branch { BRANCH_CALL = 0xe8, BRANCH_JUMP = 0xe9 }; /* opcodes with a 32-bit distance */

/* ---- rewrite.c ---- */

void rewrite_bytes(struct code *c, const void *bytes, unsigned int size);
void rewrite_byte(struct code *c, uint8_t byte);

/* NOPs up to the end of the room. */
void rewrite_fill(struct code *c);

/* The vCPU's address as a 32-bit displacement, which 64-bit code extends (SDM 2A 2.2.1.3). */
void rewrite_vcpu_address(struct code *c, unsigned int offset);

/* The vCPU's offset of the selector that the guest kernel sees in a segment register. */
static inline unsigned int rewrite_selector_offset(unsigned int sreg)
{
	if (sreg == X86_CS)
		return offsetof(struct vcpu, kernel_cs);
	if (sreg == X86_SS)
		return offsetof(struct vcpu, kernel_ss);
	return (unsigned int)(offsetof(struct vcpu, selector) + 4 * sreg);
}

/*
 * A branch in SITE_CALL_LENGTH bytes. Returns false, and writes nothing, if the target is out of
 * reach.
 */
bool rewrite_near_branch(struct code *c, enum branch branch, uint64_t target);

/* ---- encode.c of each width ---- */

/*
 * A branch to a gate, in the shortest form that reaches it. If no gate would return behind the
 * site, a jump to the site's ramp.
 */
const char *encode_branch(struct code *c, enum branch branch, const void *gate);

/* A jump to the site's ramp, in the shortest form that reaches it. */
const char *encode_ramp(struct code *c);

/* movl $value, vcpu+offset */
void encode_set_word(struct code *c, unsigned int offset, uint32_t value);

/* movb $value, vcpu+offset */
void encode_set_byte(struct code *c, unsigned int offset, uint8_t value);

/* mov vcpu+offset, %reg: a whole word */
void encode_load(struct code *c, unsigned int offset, unsigned int reg);

/* movzwl vcpu+offset, %reg */
void encode_load_selector(struct code *c, unsigned int offset, unsigned int reg);

/* Writes inline code that only this width has; false if this form has none. */
bool encode_inline(struct code *c, const struct afterburn_decoded *d);

/*
 * The same for gates: writes what goes in front of the branch, and returns the gate, or NULL if
 * this form has none.
 */
const void *encode_for_gate(struct code *c, const struct afterburn_decoded *d);

#endif /* WEDGE_ARCH_REWRITE_H */
